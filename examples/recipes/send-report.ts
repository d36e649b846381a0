// src/send-report.ts
import type { Readable } from 'node:stream';
import type { INestApplicationContext } from '@nestjs/common';
import { DocumentsService, parseOrgId } from 'nest-tenant-storage';

interface ReportJob {
  /** From your own database or queue, never from a request's path or body. */
  orgId: string;
  documentId: string;
  /** The stream of a PDF library, as it comes: it is never whole in memory. */
  pdf: Readable;
}

/** In a worker: `const context = await NestFactory.createApplicationContext(AppModule.forRoot(storageOptions()))`. */
export async function sendReport(context: INestApplicationContext, { orgId, documentId, pdf }: ReportJob) {
  const documents = context.get(DocumentsService, { strict: false });
  const place = { documentId, audience: 'patient' as const };
  const file = await documents.upload(parseOrgId(orgId), place, { bytes: pdf }, { by: 'report-worker' });
  const { url } = await documents.presignDownload(parseOrgId(orgId), place);
  return { file, url }; // the URL ends in fifteen minutes: mail a link to your application, not this
}

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { UploadTicket } from '../../src/direct/declared-upload.js';
import { one, pdf as bytes, startDirectUploads } from './direct-uploads.kit.js';
import type { Reply } from '../http.js';
import type { Need } from '../needs.js';

export { bytes };
export const sha256 = createHash('sha256').update(bytes).digest('hex');
export const foreignKey = '11/uploads/forms/1/field_1/theirs.pdf';

export type Ticket<M extends UploadTicket['method']> = Extract<UploadTicket, { method: M }>;

/** Name, deed, the status with which S3 refuses it, and what a store must be able to do to refuse it at all. */
export type Attack<T> = [string, (ticket: T) => Promise<Reply>, number, ...Need[]];

/** Tickets of organisation 1, and a file of organisation 11 for them to go after. */
export async function startWriteGrants() {
  const { storage, forms, methods, close } = await startDirectUploads();
  await storage.raw.send(new PutObjectCommand({ Bucket: storage.bucket, Key: foreignKey, Body: bytes }));
  let number = 0;

  async function begin<M extends 'PUT' | 'POST'>(method: M, declared: { sha256?: string } = {}) {
    const place = { formId: '201', customFieldId: '7', fileName: `report-${++number}.pdf` };
    const ticket = await forms.beginUpload(
      one,
      place,
      { contentType: 'application/pdf', size: bytes.length, method, ...declared },
      { by: 'p' },
    );
    return ticket as Ticket<M>;
  }

  /** Runs an attack with a fresh ticket and proves that the bucket is as it was. */
  async function attack<T>(ticket: T, run: (ticket: T) => Promise<Reply>): Promise<Reply> {
    const before = await storage.contents();
    const reply = await run(ticket);
    expect(await storage.contents()).toEqual(before);
    return reply;
  }

  /** Other stores refuse with other statuses now and then: what counts there is that they refuse. */
  function expectRefusal({ status }: Reply, asS3: number): void {
    if (storage.isEmbedded) expect(status).toBe(asS3);
    expect(Math.floor(status / 100)).toBe(4);
  }

  /** Lets the life of a ticket end. */
  const later = () => storage.s3.clock.advance(300_000 + 1_000);
  const resetClock = () => {
    if (storage.isEmbedded) storage.s3.clock.reset();
  };

  return { storage, forms, methods, begin, attack, expectRefusal, later, resetClock, close };
}

/** Other bytes of the declared length. */
export const other = (text: string) => Buffer.from(text.padEnd(bytes.length, '!').slice(0, bytes.length));
export const otherHash = createHash('sha256').update('other').digest('base64');

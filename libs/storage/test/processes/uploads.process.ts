import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { pgPool } from '../../src/catalog/adapters/pg-pool.js';
import { Catalog } from '../../src/catalog/catalog.js';
import { Files } from '../../src/files/files.js';
import { formUpload } from '../../src/kinds/form-upload.js';
import { parseOrgId } from '../../src/keys/org-id.js';
import type { StorageModuleOptions } from '../../src/options/storage.options.js';
import { StorageModule } from '../../src/storage.module.js';

/** Sends numbered files of organisation 1 through the catalog, 25 at once, and says of each what became of it. */
const { storage, url, from, to, limits, bytes } = JSON.parse(process.argv[2]!) as {
  storage: StorageModuleOptions;
  url: string;
  from: number;
  to: number;
  limits: { files: number; bytes: number };
  /** Of a PDF, in base64. */
  bytes: string;
};
const file = { bytes: Buffer.from(bytes, 'base64'), contentType: 'application/pdf' };
const pool = new pg.Pool({ connectionString: url, max: 25 });
const catalog = await Catalog.open({ database: pgPool(pool, { deadlineMs: 60_000 }), limits });
const app = await NestFactory.createApplicationContext(StorageModule.forRoot({ ...storage, gates: [catalog.gate] }), {
  logger: false,
});
const files = app.get(Files);
let next = from;
const send = async () => {
  while (next < to) {
    const place = { formId: '7', customFieldId: '3', fileName: `${next++}.pdf` };
    await files.upload(formUpload, parseOrgId('1'), place, file, { by: `p${next % 20}` }).then(
      () => process.stdout.write('stored\n'),
      ({ code }: { code?: string }) => process.stdout.write(`${code}\n`),
    );
  }
};
await Promise.all(Array.from({ length: 25 }, send));
await app.close();
await pool.end();

import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startEmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plainClient } from '../store.js';
import { serve, startedWith } from './remote.js';

/** An embedded server on a folder with that many files of organisation 7, which share their bytes. */
const { files, bytes } = startedWith<{ files: number; bytes: number }>();
const dataDir = mkdtempSync(join(tmpdir(), 'bench-copies-'));
const journal = join(dataDir, 'journal.jsonl');
const options = { dataDir, buckets: ['bench', 'leaves'] };
await putFirst();
multiply();
const s3 = await startEmbeddedS3(options);

serve(
  { store: () => ({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, bucket: 'bench' }) },
  async () => {
    await s3.close();
    rmSync(dataDir, { recursive: true, force: true });
  },
);

function keyOf(n: number): string {
  return `7/uploads/forms/${n % 1_000}/field_1/report-${n}.pdf`;
}

async function putFirst(): Promise<void> {
  const server = await startEmbeddedS3(options);
  const { endpoint, region, credentials } = server;
  const client = new S3Client(plainClient({ endpoint, region, credentials, bucket: 'bench' }));
  const Metadata = { 'file-name': 'report.pdf', 'write-id': '0'.repeat(32) };
  const file = { Body: Buffer.alloc(bytes, 'record '), Metadata, ContentType: 'application/pdf' };
  await client.send(new PutObjectCommand({ Bucket: 'bench', Key: keyOf(0), ...file }));
  client.destroy();
  await server.close();
}

/** As the server's own journal has the first one. */
function multiply(): void {
  const line = readFileSync(journal, 'utf8').trimEnd().split('\n').at(-1)!;
  let lines = '';
  for (let n = 1; n < files; n += 1) {
    lines += `${line.replace(keyOf(0), keyOf(n))}\n`;
    if (lines.length < 2 ** 20 && n < files - 1) continue;
    appendFileSync(journal, lines);
    lines = '';
  }
}

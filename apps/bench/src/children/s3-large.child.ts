import { startEmbeddedS3 } from '@nest-tenant-storage/embedded-s3';
import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, startedWith } from './remote.js';

/** An embedded server on a folder with that many objects, written in no order of keys. */
const { objects } = startedWith<{ objects: number }>();
const dataDir = mkdtempSync(join(tmpdir(), 'bench-large-'));
writeJournal(join(dataDir, 'journal.jsonl'));
mkdirSync(join(dataDir, 'data'));

globalThis.gc?.();
const heapBefore = process.memoryUsage().heapUsed;
const before = performance.now();
const s3 = await startEmbeddedS3({ dataDir, buckets: ['bench'] });
const startMs = performance.now() - before;
globalThis.gc?.();
const heapMiB = (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20;

serve(
  {
    store: () => ({ endpoint: s3.endpoint, region: s3.region, credentials: s3.credentials, bucket: 'bench' }),
    started: () => ({ startMs, heapMiB }),
  },
  async () => {
    await s3.close();
    rmSync(dataDir, { recursive: true, force: true });
  },
);

function writeJournal(path: string): void {
  const fd = openSync(path, 'wx');
  const bucket = { name: 'bench', createdAt: 0, objectLock: false, config: {} };
  let lines = [[{ type: 'bucket', bucket }]] as unknown[];
  for (let i = 0; i < objects; i += 1) {
    lines.push([{ type: 'version', bucket: 'bench', version: version(i) }]);
    if (lines.length < 1000 && i < objects - 1) continue;
    writeSync(fd, lines.map((changes) => `${JSON.stringify(changes)}\n`).join(''));
    lines = [];
  }
  closeSync(fd);
}

/** As the server records one of no bytes that the module has uploaded. */
function version(i: number): object {
  const hash = createHash('md5').update(String(i)).digest('hex');
  return {
    headers: { 'content-type': 'application/pdf' },
    metadata: { 'original-name': 'report.pdf' },
    tags: {},
    encryption: { algorithm: 'AES256' },
    storageClass: 'STANDARD',
    acl: 'private',
    size: 0,
    etag: hash,
    segments: [],
    checksum: { algorithm: 'SHA256', value: `${hash}${hash.slice(0, 11)}=`, type: 'FULL_OBJECT' },
    key: `${i % 50}/uploads/forms/${hash.slice(0, 12)}/field_1/report.pdf`,
    versionId: 'null',
    lastModified: 1_790_000_000_000 + i,
  };
}

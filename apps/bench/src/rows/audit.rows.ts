import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { createPublicKey, hash } from 'node:crypto';
import { SealedMonth } from '../../../../libs/storage/src/audit/sealed-month.js';
import { newKeyPair, NoteSigner } from '../../../../libs/storage/src/audit/signer.js';
import { verifyMonth } from '../../../../libs/storage/src/audit/verify-month.js';
import type { Bench } from '../bench.js';
import { timed } from '../repeat.js';
import { peakRow, ratioRow, type Row } from '../row.js';

const month = { org: '7', month: '2026-10' };

/** A journal's records, with as much in them that cannot be compressed as real ones have. */
function* records(count: number) {
  for (let i = 0; i < count; i += 1) {
    const id = hash('sha256', String(i), 'hex');
    yield {
      id: id.slice(0, 32),
      at: new Date(1_790_000_000_000 + i * 250).toISOString(),
      ...{ org: '7', by: String(i % 997), kind: 'form-upload' },
      place: { formId: String((i * 7919) % 100_003), customFieldId: String(i % 12) },
      ...{ verb: 'url', outcome: 'done', requestId: id.slice(32), grantId: id.slice(20, 42) },
    };
  }
}

async function* lines(count: number) {
  let batch = '';
  for (const record of records(count)) {
    batch += `${JSON.stringify(record)}\n`;
    if (batch.length < 32 * 1024) continue;
    yield batch;
    batch = '';
  }
  yield batch;
}

/** Sealing and verifying a month of ten million records, against gzip alone, to and from a file. */
export async function auditRows({ quick }: Bench): Promise<Row[]> {
  const count = quick ? 200_000 : 10_000_000;
  const folder = mkdtempSync(join(tmpdir(), 'bench-audit-'));
  const file = join(folder, 'month.jsonl.gz');
  const { privateKey, publicKey } = newKeyPair();
  const signer = new NoteSigner('bench.example/audit', [privateKey]);
  const publicKeys = [createPublicKey(publicKey)];
  const taken = { gzip: [] as number[], seal: [] as number[], verify: [] as number[], memory: [] as number[] };
  try {
    for (let round = 0; round < (quick ? 3 : 1); round += 1) {
      taken.gzip.push(
        await timed(() => pipeline(lines(count), createGzip(), createWriteStream(join(folder, 'plain')))),
      );
      const idle = process.memoryUsage.rss();
      let peak = idle;
      const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 50);
      const sealed = new SealedMonth(month, records(count), signer);
      taken.seal.push(await timed(() => pipeline(sealed.bytes(), createWriteStream(file))));
      taken.verify.push(
        await timed(async () => {
          const { findings } = await verifyMonth(createReadStream(file), { ...month, publicKeys });
          if (findings.length > 0) throw new Error('The month that was sealed is not intact.');
        }),
      );
      clearInterval(watch);
      taken.memory.push((peak - idle) / 2 ** 20);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const gzip = { name: 'gzip alone, ms', values: taken.gzip };
  const target = { atLeast: 0.7 };
  const millions = `${count / 1e6} million records`;
  return [
    ratioRow({ id: 'audit-seal', what: `Sealing ${millions}, speed against gzip alone`, target }, gzip, {
      name: 'sealing, ms',
      values: taken.seal,
    }),
    ratioRow({ id: 'audit-verify', what: `Verifying ${millions}, speed against gzip alone`, target }, gzip, {
      name: 'verifying, ms',
      values: taken.verify,
    }),
    peakRow({ id: 'audit-memory', what: `Peak memory above idle, ${millions}`, target: { atMost: 128 } }, 'MiB', {
      name: 'peak, MiB',
      values: taken.memory,
    }),
  ];
}

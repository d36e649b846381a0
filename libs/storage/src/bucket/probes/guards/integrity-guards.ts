import { createHash } from 'node:crypto';
import { StorageError } from '../../../storage.error.js';
import { partBytes } from '../../../storage.policy.js';
import { enforced, isRefused, missing, mustBeRefused, mustWork, said, type Guard } from './guard.js';
import { beginUpload, complete, sendPart } from '../parts.js';
import { probeBytes, reservedOrg } from '../probe-bench.js';

const digest = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest();
const sha256 = digest(probeBytes);
const checksum = { 'x-amz-checksum-sha256': sha256.toString('base64') };
const otherChecksum = { 'x-amz-checksum-sha256': digest('other bytes').toString('base64') };
const withChecksums = { 'x-amz-checksum-algorithm': 'SHA256' };

async function* twoParts() {
  yield Buffer.alloc(partBytes);
  yield Buffer.from('!');
}

/** What makes sure that the bytes which arrive are those that were sent, part by part. */
export const integrityGuards: Guard[] = [
  {
    id: 'write-in-parts',
    title: 'A file that the module writes in parts',
    fix: 'Look at the option checksums: a store takes all checksums of an upload, or none.',
    async probe(bench) {
      const options = { contentType: 'text/plain', metadata: {}, size: partBytes + 1 };
      try {
        await bench.store.put(reservedOrg, bench.file(), twoParts(), options);
        return enforced('It is stored.');
      } catch (error) {
        const { message, cause } = error instanceof StorageError ? error : new StorageError('store_unavailable', '');
        return missing(`It is not stored: ${message} (${(cause as Error | undefined)?.name ?? 'no answer'}).`);
      }
    },
  },
  {
    id: 'part-checksums',
    title: 'A part whose bytes are not those of its SHA-256',
    capability: 'checksums',
    fix: '',
    async probe(bench) {
      const key = bench.incoming();
      const { failed, uploadId } = await beginUpload(bench, key, withChecksums);
      if (failed) return failed;
      const wrong = mustBeRefused((await sendPart(bench, key, uploadId, otherChecksum)).sent);
      if (wrong.verdict !== 'enforced') return wrong;
      const { sent, etag } = await sendPart(bench, key, uploadId, checksum);
      const done = await complete(bench, key, uploadId, { etag, sha256: checksum['x-amz-checksum-sha256'] });
      const undone = mustWork(sent, 'A part with its checksum') ?? mustWork(done, 'A completion with its checksums');
      if (undone) return undone;
      const head = await bench.ask({ method: 'HEAD', key, headers: { 'x-amz-checksum-mode': 'ENABLED' } });
      const reported = head.headers['x-amz-checksum-sha256'];
      const composite = `${digest(sha256).toString('base64')}-1`;
      return reported === composite
        ? enforced(`${wrong.detail} The checksum of the parts is reported.`)
        : missing(`The checksum of the parts is reported as ${String(reported ?? 'nothing')}.`);
    },
  },
  {
    id: 'retention-checksum',
    title: 'A part of an object that will be under retention, with its checksum',
    fix: `Set checksums: 'when-supported': a bucket with Object Lock takes no write without a checksum.`,
    leavesNothing: true,
    skip: ({ lock }) => !lock.keepsObjects && 'The bucket keeps nothing by Object Lock.',
    async probe(bench) {
      const key = bench.incoming();
      const [bare, checked] = [await beginUpload(bench, key), await beginUpload(bench, key, withChecksums)];
      const failed = bare.failed ?? checked.failed;
      if (failed) return failed;
      const without = (await sendPart(bench, key, bare.uploadId)).sent;
      const taken = (await sendPart(bench, key, checked.uploadId, checksum)).sent;
      const alone = isRefused(without) ? `refused (${said(without)})` : 'taken too';
      return mustWork(taken, 'A part with its checksum') ?? enforced(`It is taken. Without, it is ${alone}.`);
    },
  },
];

import { createHash } from 'node:crypto';
import type { ObjectKey } from '../../../keys/object-key.js';
import { isDone, mustWork, said, unclear, enforced, missing, type Guard } from './guard.js';
import type { ProbeBench } from '../probe-bench.js';

const legalHold = (bench: ProbeBench, key: ObjectKey, versionId: string, status: 'ON' | 'OFF') => {
  const body = `<LegalHold xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>${status}</Status></LegalHold>`;
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') };
  return bench.ask({ method: 'PUT', key, query: { 'legal-hold': '', versionId }, headers, body }, { as: 'app' });
};

const remove = (bench: ProbeBench, key: ObjectKey, versionId: string) =>
  bench.ask({ method: 'DELETE', key, query: { versionId } }, { as: 'app' });

/** What keeps a file on hold from whoever goes behind the module. */
export const holdGuards: Guard[] = [
  {
    id: 'legal-hold',
    title: 'A delete of a version that is on hold',
    fix: 'Do not rely on holds here against whoever may delete versions: this store accepts them and deletes all the same.',
    skip: ({ lock }) => !lock.isOn && 'The bucket has no Object Lock: provision --object-lock.',
    async probe(bench) {
      const key = bench.incoming();
      const written = await bench.put(key);
      const versionId = String(written.headers['x-amz-version-id'] ?? '');
      if (!isDone(written) || !versionId) return unclear(`A version could not be written: ${said(written)}.`);
      const held = await legalHold(bench, key, versionId, 'ON');
      if (held.status === 403)
        return { verdict: 'skipped', detail: 'These credentials may not hold: ask an officer’s.' };
      const unheld = mustWork(held, 'A legal hold');
      if (unheld) return unheld;
      const removed = await remove(bench, key, versionId);
      if (isDone(removed)) return missing(`The version went all the same (${said(removed)}).`);
      const released = await legalHold(bench, key, versionId, 'OFF');
      if (!isDone(released)) return unclear(`The hold could not be released: ${said(released)}. The version stays.`);
      const after = await remove(bench, key, versionId);
      if (isDone(after)) return enforced(`Refused: ${said(removed)}; released, it went.`);
      return unclear(
        `Refused: ${said(removed)}; and after the release too: ${said(after)}. Ask with an officer’s rights.`,
      );
    },
  },
];

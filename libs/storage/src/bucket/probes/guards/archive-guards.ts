import { onlyAsTheFirst } from '../../../store/writing/write-headers.js';
import { createHash } from 'node:crypto';
import { layout } from '../../../keys/layout.js';
import type { CheckedBucketOptions } from '../../desired/bucket.options.js';
import { enforced, isDone, missing, said, unclear, type Guard, type Outcome } from './guard.js';
import { beginUpload, complete } from '../parts.js';
import { probeBytes, reservedOrg, type ProbeBench } from '../probe-bench.js';
import type { WireAnswer } from '../wire.js';

const fix =
  'Run: nest-tenant-storage provision (whoever may break the glass is excepted, so ask with other credentials).';
const key = layout.auditMonth(reservedOrg, { year: 2000, month: 1 });
const archive = { user: 'archiver' as const };
const asFirst = onlyAsTheFirst.headers;

/**
 * What is in the archive cannot be removed, so nothing may get there: every request is wrong in a second way, which a store
 * finds after it has looked at its policies.
 */
function skip(_bench: ProbeBench, { store }: CheckedBucketOptions) {
  if (!store.policyKnowsCreation || !store.policyKnowsPrincipal)
    return 'The policies of this store cannot tell a first write from another.';
  return !(store.conditionalWrites && store.conditionalCompletion) && 'Conditional writes are switched off.';
}

const mustBeDenied = (control: WireAnswer, asked: WireAnswer): Outcome => {
  if (control.status !== 400) return unclear(`A first write was not looked at: ${said(control)}.`);
  return asked.status === 403 ? enforced(`Refused: ${said(asked)}.`) : missing(`Not denied (${said(asked)}).`);
};

/** What makes `audit-archive/` written once, whatever the module's own code were to ask for. */
export const archiveGuards: Guard[] = [
  {
    id: 'archive-overwrite',
    title: 'A write to the archive that does not ask to be the first',
    fix,
    skip,
    async probe(bench) {
      const md5 = createHash('md5').update('other bytes').digest('base64');
      const put = (to: string, more: Record<string, string>) => {
        const headers = { ...bench.uploadHeaders(), 'content-md5': md5, ...more };
        const user = to === key ? 'archiver' : 'app';
        return bench.ask({ method: 'PUT', key: to, headers, body: probeBytes }, { user });
      };
      const wrong = await put(bench.incoming(), {});
      const detail = 'This store takes bytes that are not those of Content-MD5: they would stay.';
      if (isDone(wrong)) return { verdict: 'skipped', detail };
      return mustBeDenied(await put(key, asFirst), await put(key, {}));
    },
  },
  {
    id: 'archive-complete',
    title: 'A multipart upload to the archive completed without asking to be the first',
    fix,
    leavesNothing: true,
    skip,
    async probe(bench) {
      const { failed, uploadId } = await beginUpload(bench, key, {}, archive);
      if (failed) return failed;
      try {
        // The part was never sent.
        const ask = (more: Record<string, string>) =>
          complete(bench, key, uploadId, { etag: `"${'0'.repeat(32)}"` }, more, archive);
        return mustBeDenied(await ask(asFirst), await ask({}));
      } finally {
        const abort = await bench.sign({ method: 'DELETE', key, query: { uploadId } }, archive);
        await bench.send(abort, { always: true });
      }
    },
  },
  {
    id: 'archive-delete',
    title: 'A delete in the archive',
    fix,
    leavesNothing: true,
    skip: (_bench, { store }) => !store.policyKnowsPrincipal && 'The policies of this store cannot except anybody.',
    async probe(bench) {
      // A version that does not exist: without it, a delete that is let through would leave a marker.
      const gone = await bench.ask({ method: 'DELETE', key, query: { versionId: 'null' } }, archive);
      return gone.status === 403 ? enforced(`Refused: ${said(gone)}.`) : missing(`Not denied (${said(gone)}).`);
    },
  },
];

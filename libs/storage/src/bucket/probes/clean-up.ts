import type { OrgId } from '../../keys/org-id.js';
import { isDone } from './guard.js';
import type { ProbeBench, ProbeRequest } from './probe-bench.js';

/**
 * Removes every object, version and open upload of the run, also after it was cancelled. What cannot be listed is deleted
 * by name. Returns the keys that may be left.
 */
export async function cleanUp(bench: ProbeBench): Promise<string[]> {
  const left: string[] = [];
  for (const [key, org] of bench.touched) {
    try {
      const versions = await listed(bench, org, key, 'versions', 'Version|DeleteMarker', 'VersionId');
      const uploads = await listed(bench, org, key, 'uploads', 'Upload', 'UploadId');
      const queries = versions?.map((versionId): Record<string, string> => ({ versionId })) ?? [{}];
      for (const uploadId of uploads ?? []) queries.push({ uploadId });
      for (const query of queries) {
        const gone = await ask(bench, org, { method: 'DELETE', key, query });
        if (!isDone(gone) && gone.status !== 404) left.push(key);
      }
    } catch {
      left.push(key);
    }
  }
  return [...new Set(left)];
}

/** The ids under a key; undefined where these credentials or this store cannot list them. */
async function listed(bench: ProbeBench, org: OrgId, key: string, what: string, element: string, id: string) {
  const answer = await ask(bench, org, { query: { [what]: '', prefix: key } });
  if (!isDone(answer)) return undefined;
  const blocks = answer.body.matchAll(new RegExp(`<(${element})>(.*?)</\\1>`, 'gs'));
  return [...blocks].flatMap(([, , block = '']) => new RegExp(`<${id}>([^<]*)</${id}>`).exec(block)?.[1] ?? []);
}

/** Not cancelled with the run. The run's own rights may be confined, so the doctor's come first. */
async function ask(bench: ProbeBench, org: OrgId, request: ProbeRequest) {
  const own = await bench.send(await bench.sign(request, { as: 'app' }), { always: true });
  if (isDone(own) || own.status === 404 || !bench.settings.tenantRole) return own;
  return bench.send(await bench.sign(request, { as: org }), { always: true });
}

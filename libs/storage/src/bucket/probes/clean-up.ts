import type { OrgId } from '../../keys/org-id.js';
import { isDone } from './guards/guard.js';
import type { ProbeBench } from './probe-bench.js';
import type { ProbeRequest } from './probe-request.js';

/**
 * Removes every object, version and open upload of the run, also after it was cancelled. What cannot be listed is deleted
 * by name. Returns the keys that may be left.
 */
export async function cleanUp(bench: ProbeBench): Promise<string[]> {
  const left: string[] = [];
  const versions = await versionsOf(bench);
  for (const [key, { org, hasUpload }] of bench.touched) {
    try {
      const named = versions.get(namesOf(key));
      const queries = named?.flatMap((each) => (each.key === key ? [{ versionId: each.id }] : [])) ?? [{}];
      // By the whole key: there are stores that list uploads by nothing less.
      const uploads = hasUpload ? await listed(bench, org, key, 'uploads', 'Upload', 'UploadId') : [];
      const opened = uploads?.map(({ id }): Record<string, string> => ({ uploadId: id })) ?? [];
      for (const query of [...queries, ...opened]) {
        const asked = await ask(bench, org, { method: 'DELETE', key, query });
        // Who may list versions may not always remove them.
        const byName = asked.status === 403 && 'versionId' in query;
        const gone = byName ? await ask(bench, org, { method: 'DELETE', key }) : asked;
        if (!isDone(gone) && gone.status !== 404) left.push(key);
      }
    } catch {
      left.push(key);
    }
  }
  return [...new Set(left)];
}

/** What the keys of one run begin with in one folder: some dozens of keys, so that one page of a list has them all. */
const namesOf = (key: string) => key.replace(/(doctor-[0-9a-f]+-).*$/, '$1');

/** The versions in each folder, by the beginning of their keys; none where they cannot be listed. */
async function versionsOf(bench: ProbeBench): Promise<Map<string, Named[] | undefined>> {
  const versions = new Map<string, Named[] | undefined>();
  for (const [key, { org }] of bench.touched) {
    const names = namesOf(key);
    if (versions.has(names)) continue;
    const found = await listed(bench, org, names, 'versions', 'Version|DeleteMarker', 'VersionId').catch(
      () => undefined,
    );
    versions.set(names, found);
  }
  return versions;
}

interface Named {
  key: string;
  id: string;
}

/** The ids under a prefix; undefined where these credentials or this store cannot list them. */
async function listed(bench: ProbeBench, org: OrgId, prefix: string, what: string, element: string, id: string) {
  const answer = await ask(bench, org, { query: { [what]: '', prefix } });
  if (!isDone(answer)) return undefined;
  const blocks = answer.body.matchAll(new RegExp(`<(${element})>(.*?)</\\1>`, 'gs'));
  const valueOf = (block: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(block)?.[1];
  return [...blocks].flatMap(([, , block = '']): Named[] => {
    const [key, value] = [valueOf(block, 'Key'), valueOf(block, id)];
    return key === undefined || value === undefined ? [] : [{ key, id: value }];
  });
}

/** Not cancelled with the run. The run's own rights may be confined, so the doctor's come first. */
async function ask(bench: ProbeBench, org: OrgId, request: ProbeRequest) {
  const own = await bench.send(await bench.sign(request, { as: 'app' }), { always: true });
  if (isDone(own) || own.status === 404 || !bench.settings.tenantRole) return own;
  return bench.send(await bench.sign(request, { as: org }), { always: true });
}

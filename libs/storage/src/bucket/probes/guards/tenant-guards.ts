import type { ObjectKey } from '../../../keys/object-key.js';
import { hasKeys } from '../../../options/encryption.js';
import { escapePath } from '../../../store/signing/canonical.js';
import { keyHeader } from '../../../store/writing/write-headers.js';
import { enforced, isDone, missing, mustBeRefused, mustWork, said, unclear, type Guard } from './guard.js';
import { otherReservedOrg, probeBytes, type ProbeBench } from '../probe-bench.js';
import type { ProbeRequest } from '../probe-request.js';
import { changedUpload } from './upload-guards.js';

const confine = 'Check the trust and rights of the tenant role: nest-tenant-storage policy iam-tenant';

interface Neighbours {
  /** An object of the reserved organisation, whose session asks. */
  own: ObjectKey;
  /** One of the other reserved organisation, which it must not reach. */
  foreign: ObjectKey;
}

/** With one organisation's session, a request for another's object; and first the same for its own. */
const acrossOrgs = (
  id: string,
  title: string,
  request: (bench: ProbeBench, keys: Neighbours, key: string) => ProbeRequest,
): Guard => ({
  id: `tenant-${id}`,
  title: `${title}, with the session of one organisation`,
  fix: confine,
  skip: ({ settings }) => !settings.tenantRole && 'No tenant role was given.',
  async probe(bench) {
    const keys = { own: bench.file(), foreign: bench.file(otherReservedOrg) };
    await bench.put(keys.own);
    const put = await bench.put(keys.foreign, probeBytes, otherReservedOrg);
    if (!isDone(put)) return unclear(`The other organisation cannot write its own: ${said(put)}.`);
    const control = await bench.ask(request(bench, keys, keys.own));
    if (!isDone(control)) return unclear(`Its own object is refused too: ${said(control)}.`);
    return mustBeRefused(await bench.ask(request(bench, keys, keys.foreign)));
  },
});

const copy = (bench: ProbeBench, from: string, to: string): ProbeRequest => ({
  method: 'PUT',
  key: to,
  headers: { 'x-amz-copy-source': `${bench.settings.bucket}/${escapePath(from)}`, ...bench.protection() },
});

/** What the credentials of one organisation must not be good for, whatever key our own code were to ask for. */
export const tenantGuards: Guard[] = [
  acrossOrgs('read', 'A read of another organisation', (_bench, _keys, key) => ({ key })),
  acrossOrgs('write', 'A write to another organisation', (bench, _keys, key) => ({
    method: 'PUT',
    key,
    headers: bench.uploadHeaders(),
    body: probeBytes,
  })),
  acrossOrgs('delete', 'A delete in another organisation', (_bench, _keys, key) => ({ method: 'DELETE', key })),
  acrossOrgs('list', 'A list of another organisation', (_bench, _keys, key) => ({
    query: { 'list-type': '2', prefix: key.slice(0, key.indexOf('/') + 1) },
  })),
  {
    id: 'tenant-open-uploads',
    title: 'A list of open uploads, with the session of one organisation',
    fix: 'Leave s3:ListBucketMultipartUploads out of the tenant role: it cannot be held to a prefix.',
    skip: ({ settings }) => !settings.tenantRole && 'No tenant role was given.',
    probe: async (bench) => mustBeRefused(await bench.ask({ query: { uploads: '', prefix: 'incoming/' } })),
  },
  {
    id: 'open-uploads',
    title: 'What an upload has left is found, by the application itself',
    severity: 'warning',
    fix: 'Allow s3:ListBucketMultipartUploads as nest-tenant-storage policy iam-app prints it, or leave them to the lifecycle rule.',
    async probe(bench) {
      const listed = await bench.ask({ query: { uploads: '', prefix: bench.incoming() } }, { as: 'app' });
      return isDone(listed) ? enforced('It is listed.') : missing(`It is not: ${said(listed)}.`);
    },
  },
  acrossOrgs('copy-from', 'A copy from another organisation', (bench, _keys, key) => copy(bench, key, bench.file())),
  acrossOrgs('copy-to', 'A copy to another organisation', (bench, { own }, key) =>
    copy(bench, own, key === own ? bench.file() : key),
  ),
  {
    id: 'tenant-key',
    title: 'A write with the KMS key of another organisation, with the session of one',
    fix: confine,
    skip: ({ settings }) =>
      !(settings.tenantRole && hasKeys(settings.encryption)) && 'Organisations have no roles and keys of their own.',
    async probe(bench) {
      const [own, foreign] = [bench.uploadHeaders(), bench.uploadHeaders(otherReservedOrg)];
      if (own[keyHeader] === foreign[keyHeader])
        return { verdict: 'skipped', detail: 'Both organisations of the doctor have one key.' };
      const put = { method: 'PUT' as const, key: bench.incoming(), body: probeBytes };
      const failed = mustWork(await bench.ask({ ...put, headers: own }), 'A write with its own key');
      return failed ?? mustBeRefused(await bench.ask({ ...put, headers: foreign }));
    },
  },
  {
    id: 'tenant-unsigned-copy-source',
    title: 'An upload URL with an x-amz-copy-source header of another organisation',
    fix: confine,
    skip: ({ settings }) => !settings.tenantRole && 'No tenant role was given.',
    async probe(bench) {
      const foreign = bench.file(otherReservedOrg);
      const put = await bench.put(foreign, probeBytes, otherReservedOrg);
      if (!isDone(put)) return unclear(`The other organisation cannot write its own: ${said(put)}.`);
      return changedUpload(bench, { headers: { 'x-amz-copy-source': `/${bench.settings.bucket}/${foreign}` } });
    },
  },
];

import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { TestingModule } from '@nestjs/testing';
import fc from 'fast-check';
import { by, startOrgFiles } from '../../test/file-kits/org-files.kit.js';
import { runs } from '../../test/long.js';
import { newKeyPair } from '../audit/signer.js';
import { areas } from '../keys/areas.js';
import { layout } from '../keys/layout.js';
import { parseOrgId, type OrgId } from '../keys/org-id.js';
import { formUpload, FormUploadsService } from '../kinds/form-upload.js';
import { StorageError } from '../storage.error.js';
import { samples } from '../testing/samples.js';
import type { ErasureStatement } from './erasure/certificate.js';
import { Erasure } from './erasure/erasure.js';
import { leafOf } from './erasure/inventory.js';
import { Holds } from './holds/holds.js';
import { Trash } from './trash/trash.js';

/*
 * Random lives of two organisations whose ids begin alike. Whatever is done, in whatever order and through whatever process:
 * what is on hold is never gone, an erased organisation has nothing but what its certificate names, and what is done in one
 * never touches the other.
 */
const { privateKey: signer } = newKeyPair();
const clock = { now: Date.now, sleep: async () => {} };
const names = ['a.pdf', 'a.pdf.pdf', 'b.pdf'];
const verbs = [
  'upload',
  'replace',
  'delete',
  'restore',
  'restore first',
  'hold',
  'release',
  'purge',
  'erase part',
  'die',
] as const;

const stores = await Promise.all(
  [true, false].map((objectLock) => startOrgFiles({ storage: { bucketRules: { objectLock } } })),
);
afterAll(() => Promise.all(stores.map(({ close }) => close())));

const steps = fc.array(
  fc.record({
    verb: fc.constantFrom(...verbs),
    second: fc.boolean(),
    name: fc.constantFrom(...names),
    dies: fc.option(fc.constantFrom('DeleteObjects', 'PutObject', 'DeleteObject', 'PutObjectLegalHold'), { freq: 6 }),
  }),
  { minLength: 6, maxLength: 12 },
);

let count = 0;

test('a held version is never gone, an erased organisation has what its certificate names, another is never touched', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...stores), steps, fc.boolean(), async (files, plan, eraseSecond) => {
      const { storage } = files;
      const seen = (org: OrgId) => everything(storage, org);
      // Each life is of two organisations of its own.
      const [first, second] = [`7${++count}`, `7${count}1`].map(parseOrgId) as [OrgId, OrgId];
      const held = new Map<string, { org: OrgId; states: string[] }>();
      let module = files.module;
      for (const { verb, second: isSecond, name, dies } of plan) {
        const [org, other] = isSecond ? [second, first] : [first, second];
        const untouched = await seen(other);
        if (verb === 'die' || dies) module = await files.start({ maxAttempts: 1 });
        if (dies) storage.s3.faults.add({ operation: dies, action: 'error' });
        await act(module, org, verb, name, held, seen).catch(expected);
        storage.s3.faults.clear();
        expect(await seen(other)).toEqual(untouched);
        for (const { org, states } of held.values()) expect(await seen(org)).toEqual(expect.arrayContaining(states));
      }
      const [org, other] = eraseSecond ? [second, first] : [first, second];
      const untouched = await seen(other);
      const statement = await module.get(Erasure).erase(org, order());
      expect(await seen(other)).toEqual(untouched);
      for (const { org, states } of held.values()) expect(await seen(org)).toEqual(expect.arrayContaining(states));
      expect(await leaves(storage, org, statement)).toEqual(statement.left.map(({ leaf }) => leaf).toSorted());
    }),
    { numRuns: runs(2, 60) },
  );
}, 600_000);

const order = () => ({ reason: 'r', by, signer, clock, keep: () => {} });
const place = (fileName: string) => ({ formId: '1', customFieldId: '2', fileName });

async function act(
  module: TestingModule,
  org: OrgId,
  verb: (typeof verbs)[number],
  name: string,
  held: Map<string, { org: OrgId; states: string[] }>,
  seen: (org: OrgId) => Promise<string[]>,
): Promise<void> {
  const at = place(name);
  const [forms, trash, holds] = [module.get(FormUploadsService), module.get(Trash), module.get(Holds)];
  const file = {
    bytes: Buffer.concat([samples.pdf.bytes, Buffer.from(`%${Math.random()}`)]),
    contentType: 'application/pdf',
  };
  const key = layout.formUpload(org, at);
  switch (verb) {
    case 'upload':
      return void (await forms.upload(org, at, file));
    case 'replace':
      return void (await forms.upload(org, at, file, { replace: true }));
    case 'delete':
      return forms.delete(org, at);
    case 'restore':
      return void (await trash.restore(formUpload, org, at));
    case 'restore first': {
      const version = (await trash.versions(formUpload, org, at)).at(-1)?.version ?? '';
      return void (await trash.restore(formUpload, org, at, { version }));
    }
    case 'purge':
      return trash.purge(formUpload, org, at);
    case 'erase part':
      return void (await module.get(Erasure).erase(org, { ...order(), prefix: layout.formUpload(org, at) }));
    case 'hold': {
      const { id } = await holds.hold(formUpload, org, at, { reason: 'r', by });
      const states = (await seen(org)).filter((each) => each.startsWith(`${key} `) && !each.endsWith('deleted'));
      return void held.set(id, { org, states });
    }
    case 'release':
      for (const [id, hold] of held) {
        if (hold.org !== org) continue;
        // From here on it may be gone, whether or not the answer comes.
        held.delete(id);
        return holds.release(org, id, { by });
      }
  }
}

type Storage = (typeof stores)[number]['storage'];

async function everything({ raw, bucket: Bucket }: Storage, org: OrgId): Promise<string[]> {
  const found: string[] = [];
  for (const { root } of Object.values(areas)) {
    const Prefix = `${root}${org}/`;
    const { Versions = [], DeleteMarkers = [] } = await raw.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
    const { Uploads = [] } = await raw.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
    found.push(...Versions.map(({ Key, VersionId, ETag }) => `${Key} ${VersionId} ${ETag}`));
    found.push(...DeleteMarkers.map(({ Key, VersionId }) => `${Key} ${VersionId} deleted`));
    found.push(...Uploads.map(({ Key, UploadId }) => `${Key} ${UploadId} open`));
  }
  return found.toSorted();
}

async function leaves({ raw, bucket: Bucket }: Storage, org: OrgId, { digest: { salt } }: ErasureStatement) {
  const found: string[] = [];
  for (const { root } of Object.values(areas)) {
    const Prefix = `${root}${org}/`;
    const { Versions = [], DeleteMarkers = [] } = await raw.send(new ListObjectVersionsCommand({ Bucket, Prefix }));
    for (const { Key: key = '', VersionId: id = '', Size: size = 0, ETag: etag = '' } of Versions)
      found.push(leafOf(salt, { key, id, size, etag }));
    for (const { Key: key = '', VersionId: id = '' } of DeleteMarkers)
      found.push(leafOf(salt, { key, id, size: 0, etag: '' }));
  }
  return found.toSorted();
}

/** A refusal by a rule, or the death of a call. Anything else is a mistake. */
function expected(error: unknown): void {
  const codes = ['on_hold', 'org_frozen', 'not_found', 'already_exists', 'conflict', 'store_unavailable'];
  if (!(error instanceof StorageError) || !codes.includes(error.code)) throw error;
}

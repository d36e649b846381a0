import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { startCatalogServer } from '../../test/catalog.kit.js';
import { by, eleven, one, startOrgFiles } from '../../test/file-kits/org-files.kit.js';
import { newKeyPair } from '../audit/signer.js';
import type { FileGate } from '../files/gates/gate.js';
import type { OrgId } from '../keys/org-id.js';
import { formUpload, FormUploadsService } from '../kinds/form-upload.js';
import { Erasure } from '../org/erasure/erasure.js';
import { Holds } from '../org/holds/holds.js';
import { Trash } from '../org/trash/trash.js';
import { samples } from '../testing/samples.js';
import type { CatalogDatabase } from './catalog-database.js';
import { Catalog } from './catalog.js';

const server = await startCatalogServer();
const files = await startOrgFiles();
const { bytes } = samples.pdf;
const place = { formId: '201', customFieldId: '7', fileName: 'Ä b.pdf' };
const larger = Buffer.concat([bytes, Buffer.from('\n% more')]);
const nothing = { usedBytes: 0, usedFiles: 0, reservedBytes: 0, reservedFiles: 0 };

/** A process of its own. */
async function start(options: Partial<Parameters<typeof Catalog.open>[0]> = {}) {
  const catalog = await Catalog.open({ database: server.database(), ...options });
  const module = await files.start({ gates: [catalog.gate] });
  const forms = module.get(FormUploadsService);
  return {
    catalog,
    module,
    forms,
    trash: module.get(Trash),
    send: (org: OrgId, fileName: string, sent: Uint8Array = bytes) =>
      forms.upload(org, { ...place, fileName }, { bytes: sent, contentType: 'application/pdf' }, { by, replace: true }),
  };
}
const letTimePass = () =>
  server.owner.run(`update tenant_storage.file set check_at = now() - interval '1 second' where check_at is not null`);

afterEach(() => server.owner.run('delete from tenant_storage.file; delete from tenant_storage.usage'));
afterEach(() => files.storage.empty());
const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => {});
afterAll(async () => {
  logged.mockRestore();
  await files.close();
  await server.close();
});

test('what is restored is found and counted again, has room first, and is another organisation’s in nothing', async () => {
  const { catalog, forms, trash, send } = await start({ limits: { files: 1 } });
  await send(eleven, place.fileName);
  await send(one, place.fileName);
  await forms.delete(one, place);
  expect(await catalog.usage(one)).toMatchObject(nothing);
  await send(one, 'other.pdf');
  await expect(trash.restore(formUpload, one, place, { by })).rejects.toMatchObject({ code: 'quota_exceeded' });
  await expect(forms.stat(one, place)).rejects.toMatchObject({ code: 'not_found' });
  await forms.delete(one, { ...place, fileName: 'other.pdf' });
  const restored = await trash.restore(formUpload, one, place, { by });
  expect(await catalog.stat(formUpload, one, place)).toMatchObject({
    ...{ fileName: 'Ä b.pdf', size: bytes.length, etag: restored.etag, uploadedBy: by },
  });
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedFiles: 1, usedBytes: bytes.length });
  expect(await catalog.usage(eleven)).toMatchObject({ usedFiles: 1 });
  await forms.delete(one, place);
  await trash.restore(formUpload, one, place, { by });
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedFiles: 1, usedBytes: bytes.length });
});

test('a restore whose answer was lost is counted until the bucket says what became of it', async () => {
  const { catalog, forms, trash, send } = await start();
  await send(one, place.fileName);
  await forms.delete(one, place);
  const { faults } = files.storage.s3;
  faults.add({ operation: 'CopyObject', times: 9, action: 'error' });
  await expect(trash.restore(formUpload, one, place, { by })).rejects.toMatchObject({ code: 'store_unavailable' });
  faults.clear();
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, reservedFiles: 1, reservedBytes: bytes.length });
});

test('an earlier state that takes the place of a later one is counted in its stead', async () => {
  const { catalog, trash, send } = await start();
  await send(one, place.fileName);
  await send(one, place.fileName, larger);
  const [, first] = await trash.versions(formUpload, one, place);
  const { etag } = await trash.restore(formUpload, one, place, { by, version: first!.version });
  expect((await catalog.files(one)).items).toMatchObject([{ size: bytes.length, etag }]);
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedFiles: 1, usedBytes: bytes.length });
});

test.each(['before', 'after'] as const)(
  'who dies %s the copy leaves what the next request puts right',
  async (when) => {
    const { forms, send } = await start();
    await send(one, place.fileName);
    await forms.delete(one, place);
    let isDead = false;
    const whole = server.database();
    const mortal: CatalogDatabase = {
      ...whole,
      inOrg: (org, work) => (isDead ? Promise.reject(new Error('dead')) : whole.inOrg(org, work)),
      ask: (org, sql, values) => {
        if (isDead) return Promise.reject(new Error('dead'));
        return whole.inOrg(org, ({ query }) => query(sql, values));
      },
    };
    const dying = await start({ database: mortal });
    const { gate } = dying.catalog;
    const begin = gate.restoring!.bind(gate);
    gate.restoring = async (file) => {
      await begin(file);
      isDead = true;
      if (when === 'before') throw new Error('This process died.');
    };
    await dying.trash.restore(formUpload, one, place, { by }).catch(() => {});
    await letTimePass();
    const next = await start();
    await next.send(one, 'next.pdf');
    const isThere = when === 'after';
    expect((await next.catalog.files(one, { sort: 'name' })).items.map(({ fileName }) => fileName)).toEqual(
      isThere ? ['next.pdf', 'Ä b.pdf'] : ['next.pdf'],
    );
    const usedFiles = isThere ? 2 : 1;
    expect(await next.catalog.usage(one)).toMatchObject({ ...nothing, usedFiles, usedBytes: usedFiles * bytes.length });
  },
);

test('what is purged counts nowhere, and a row that was left of it goes', async () => {
  const { catalog, forms, trash, send } = await start();
  await send(one, place.fileName);
  // Behind the catalog's back.
  await files.forms.delete(one, place);
  expect(await catalog.usage(one)).toMatchObject({ usedFiles: 1 });
  await trash.purge(formUpload, one, place, { by });
  await send(one, 'kept.pdf');
  await send(one, 'kept.pdf', larger);
  const [, first] = await trash.versions(formUpload, one, { ...place, fileName: 'kept.pdf' });
  await trash.purge(formUpload, one, { ...place, fileName: 'kept.pdf' }, { by, version: first!.version });
  await letTimePass();
  const next = await start();
  await next.send(one, 'next.pdf');
  expect((await catalog.files(one)).items.map(({ fileName }) => fileName).toSorted()).toEqual(['kept.pdf', 'next.pdf']);
  expect(await catalog.usage(one)).toMatchObject({
    ...{ ...nothing, usedFiles: 2, usedBytes: bytes.length + larger.length },
  });
  await forms.delete(one, { ...place, fileName: 'kept.pdf' });
});

const order = {
  ...{ reason: 'They left', by, signer: newKeyPair().privateKey, keep: () => {} },
  clock: { now: () => Date.now() + 86_400_000, sleep: () => Promise.resolve() },
};

test('of an erased organisation no row stays but of what stays itself, and of a part only the part’s', async () => {
  const { catalog, module, send } = await start();
  for (const org of [one, eleven]) for (const name of ['a.pdf', 'b.pdf', 'held.pdf']) await send(org, name);
  await module.get(Holds).hold(formUpload, one, { ...place, fileName: 'held.pdf' }, { reason: 'A court', by });
  const names = async (org: OrgId) =>
    (await catalog.files(org, { sort: 'name' })).items.map(({ fileName }) => fileName);
  const erasure = module.get(Erasure);
  await erasure.erase(one, { ...order, prefix: '1/uploads/forms/201/field_7/a.pdf' });
  expect(await names(one)).toEqual(['b.pdf', 'held.pdf']);
  await erasure.erase(one, order);
  expect(await names(one)).toEqual(['held.pdf']);
  expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedFiles: 1, usedBytes: bytes.length });
  expect(await names(eleven)).toEqual(['a.pdf', 'b.pdf', 'held.pdf']);
  expect(await catalog.usage(eleven)).toMatchObject({ usedFiles: 3 });
});

test('an erasure that cannot tell the catalog ends without a certificate, and the same call goes on', async () => {
  let isDead = true;
  const whole = server.database();
  const database: CatalogDatabase = {
    ...whole,
    ask: (org, sql, values) =>
      isDead ? Promise.reject(new Error('dead')) : whole.inOrg(org, ({ query }) => query(sql, values)),
  };
  await (await start()).send(eleven, 'a.pdf');
  const { catalog, module } = await start({ database });
  const kept: string[] = [];
  const ordered = { ...order, keep: (certificate: string) => void kept.push(certificate) };
  await expect(module.get(Erasure).erase(eleven, ordered)).rejects.toMatchObject({ code: 'check_unavailable' });
  expect(kept).toEqual([]);
  isDead = false;
  await module.get(Erasure).erase(eleven, ordered);
  expect(kept).toHaveLength(1);
  expect((await catalog.files(eleven)).items).toEqual([]);
});

describe('a file that comes while another one is removed at its place', () => {
  const other = start();
  test.each<[string, () => Promise<void>]>([
    [
      'and is settled before that',
      async () => {
        const { send } = await other;
        // After the catalog has marked what it will remove.
        const uploading: FileGate = {
          name: 'uploading',
          beforeRemoval: ({ org }) => send(org, place.fileName, larger),
        };
        const catalog = await Catalog.open({ database: server.database() });
        const module = await files.start({ gates: [catalog.gate, uploading] });
        await module.get(FormUploadsService).delete(one, place);
      },
    ],
    [
      'and is settled after that',
      async () => {
        const { forms } = await other;
        // Before the catalog is told.
        const removing: FileGate = { name: 'removing', ended: ({ org }) => forms.delete(org, place) };
        const catalog = await Catalog.open({ database: server.database() });
        const module = await files.start({ gates: [removing, catalog.gate] });
        await module
          .get(FormUploadsService)
          .upload(one, place, { bytes: larger, contentType: 'application/pdf' }, { by, replace: true });
      },
    ],
  ])('%s is asked about in the bucket, and its room is given back', async (_when, happen) => {
    const { catalog, forms, send } = await other;
    await send(eleven, place.fileName);
    await send(one, place.fileName);
    await happen();
    await expect(forms.stat(one, place)).rejects.toMatchObject({ code: 'not_found' });
    await letTimePass();
    // Of another process, which remembers nothing.
    await (await start()).send(one, 'next.pdf');
    expect(await catalog.usage(one)).toMatchObject({ ...nothing, usedBytes: bytes.length, usedFiles: 1 });
    await expect(catalog.stat(formUpload, one, place)).rejects.toMatchObject({ code: 'not_found' });
    expect(await catalog.usage(eleven)).toMatchObject({ usedFiles: 1 });
  });

  test('is found at once and stays, where it was not the one that was removed', async () => {
    const { catalog, forms, send } = await other;
    await send(one, place.fileName);
    // Removed before its bytes come, and after it was begun.
    async function* late() {
      await forms.delete(one, place);
      yield larger;
    }
    const { forms: mine } = await start();
    await mine.upload(one, place, { bytes: late(), contentType: 'application/pdf' }, { by, replace: true });
    const counted = { ...nothing, usedBytes: larger.length, usedFiles: 1 };
    for (const pass of [async () => {}, letTimePass]) {
      await pass();
      expect(await catalog.stat(formUpload, one, place)).toMatchObject({ size: larger.length });
      await (await start()).send(eleven, 'next.pdf');
      expect(await catalog.usage(one)).toMatchObject(counted);
    }
    await (await start()).send(one, 'next.pdf');
    expect(await catalog.stat(formUpload, one, place)).toMatchObject({ size: larger.length });
    const left = `select count(*)::int as n from tenant_storage.file where check_at is not null`;
    expect(await server.owner.rows(left)).toEqual([{ n: 0 }]);
  });
});

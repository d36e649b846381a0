import { by, eleven, one, startOrgFiles } from '../../../test/file-kits/org-files.kit.js';
import { newKeyPair } from '../../audit/signer.js';
import { formUpload, FormUploadsService } from '../../kinds/form-upload.js';
import { Erasure } from '../../org/erasure/erasure.js';
import { Holds } from '../../org/holds/holds.js';
import { Trash } from '../../org/trash/trash.js';
import { appPolicy, officerPolicy, tenantRolePolicy } from './iam-policies.js';

const bucket = 'tenant-files';
const tenantRoleArn = 'arn:aws:iam::000000000000:role/tenant';
const withRole = { bucket, tenantRoleArn };
const user = (name: string, policy: object) => ({
  name,
  accessKeyId: `AKIA${name}`,
  secretAccessKey: `secret-of-${name}`,
  policy,
});
const keysOf = (name: string) => ({ accessKeyId: `AKIA${name}`, secretAccessKey: `secret-of-${name}` });

const files = await startOrgFiles({
  embedded: {
    users: [
      user('APP', appPolicy({ bucket })),
      user('APPWITHROLE', appPolicy(withRole)),
      user('OFFICER', officerPolicy({ bucket })),
    ],
    roles: [{ name: 'tenant', policy: tenantRolePolicy(withRole) }],
  },
  storage: { bucketRules: { objectLock: true } },
});
afterAll(files.close);

const { endpoint: stsEndpoint } = files.storage.s3;
const officer = await files.start({ credentials: keysOf('OFFICER') });
const place = (fileName: string) => ({ formId: '201', customFieldId: '7', fileName });
const refused = expect.objectContaining({ code: 'store_refused' });
const why = { reason: 'A court', by };

describe.each([
  ['an application', { credentials: keysOf('APP') }],
  [
    'an application with sessions',
    { credentials: keysOf('APPWITHROLE'), tenantRole: { roleArn: tenantRoleArn, stsEndpoint } },
  ],
])('%s with the rights that policy prints', (_who, options) => {
  test('restores and holds; what removes for good, or releases, is an officer’s', async () => {
    const app = await files.start(options);
    const [forms, trash, holds] = [app.get(FormUploadsService), app.get(Trash), app.get(Holds)];
    for (const org of [one, eleven]) await files.form(org, 2, 'a.pdf');
    await forms.delete(one, place('a.pdf'));
    await expect(trash.purge(formUpload, one, place('a.pdf'))).rejects.toEqual(refused);
    await trash.restore(formUpload, one, place('a.pdf'));
    expect(await forms.stat(one, place('a.pdf'))).toBeDefined();

    const { id, lockedVersions } = await holds.hold(formUpload, one, place('a.pdf'), why);
    expect(lockedVersions).toBeGreaterThan(2);
    await expect(holds.release(one, id, { by })).rejects.toEqual(refused);
    await expect(forms.delete(one, place('a.pdf'))).rejects.toMatchObject({ code: 'on_hold' });
    await officer.get(Holds).release(one, id, { by });
    await forms.delete(one, place('a.pdf'));
    await officer.get(Trash).purge(formUpload, one, place('a.pdf'));
    expect((await trash.list(formUpload, one, { formId: '201', customFieldId: '7' })).items).toEqual([]);
    await expect(forms.stat(eleven, place('a.pdf'))).resolves.toBeDefined();

    const order = {
      ...why,
      signer: newKeyPair().privateKey,
      keep: () => {},
      clock: { now: Date.now, sleep: async () => {} },
    };
    const prefix = '11/uploads/forms/201/';
    const byApplication = await app
      .get(Erasure)
      .erase(eleven, { ...order, prefix })
      .catch((error: unknown) => error);
    expect(byApplication).not.toMatchObject({ left: [] });
    await officer.get(Erasure).erase(eleven, { ...order, prefix });
    await expect(forms.stat(eleven, place('a.pdf'))).rejects.toMatchObject({ code: 'not_found' });
  });
});

test('an officer writes no files', async () => {
  const file = { bytes: Buffer.from('%PDF-1.7\n%%EOF\n'), contentType: 'application/pdf' };
  await expect(officer.get(FormUploadsService).upload(one, place('b.pdf'), file)).rejects.toEqual(refused);
});

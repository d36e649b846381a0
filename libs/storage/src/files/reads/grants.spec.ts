import { eleven, one, by, place, startDirectUploads } from '../../../test/file-kits/direct-uploads.kit.js';
import { send } from '../../../test/http.js';
import { formUpload, FormUploadsService } from '../../kinds/form-upload.js';
import { orgScopedKey } from '../../keys/object-key.js';
import { grantOfUpload, grantPattern } from '../../store/signing/grant.js';
import { DirectUploads } from '../uploads/direct-uploads.js';
import { StorageEvents, type StorageEvent } from '../events.js';
import { Files } from '../files.js';

const { storage, start, module, methods, close } = await startDirectUploads();
const stable = await start({ stableUrlSeconds: 600 });
const files = module.get(Files);
const heard: StorageEvent[] = [];
for (const each of [module, stable]) each.get(StorageEvents).subscribe((event) => heard.push(event));
const folder = { formId: place.formId, customFieldId: place.customFieldId };
const text = { contentType: 'text/plain', bytes: Buffer.from('hello') };
const anna = 'anna@clinic.example';

beforeAll(async () => {
  for (const org of [one, eleven]) {
    for (const fileName of ['a.txt', 'b.txt']) await files.upload(formUpload, org, { ...folder, fileName }, text);
  }
});
beforeEach(() => void heard.splice(0));
afterAll(async () => {
  await stable.close();
  await close();
});

const named = (url: string) => new URL(url).searchParams.get('x-grant');
const told = () => heard.flatMap((event) => ('grant' in event ? [event.grant] : []));
const a = { ...folder, fileName: 'a.txt' };

test('a read URL is served under the name that its event has, and under no other', async () => {
  const { url, grant } = await files.presignDownload(formUpload, one, a, { by: anna });
  expect(grant).toMatch(grantPattern);
  expect([named(url), ...told()]).toEqual([grant, grant]);
  expect((await send('GET', url)).body.toString()).toBe('hello');
  const another = await files.presignDownload(formUpload, one, a, { by: anna });
  expect(another.grant).not.toBe(grant);
  for (const changed of [
    url.replace(grant, another.grant),
    url.replace(`&x-grant=${grant}`, ''),
    `${url}&x-grant=${another.grant}`,
  ]) {
    expect(Math.floor((await send('GET', changed)).status / 100)).toBe(4);
  }
});

test('each URL of a list has its own, and the events have them in their order', async () => {
  const pages = await Promise.all([one, eleven].map((org) => files.list(formUpload, org, folder, { urls: true, by: anna }))); // prettier-ignore
  const grants = pages.flatMap(({ items }) => items.map(({ url }) => named(url!)));
  expect(new Set(grants).size).toBe(4);
  expect(told().sort()).toEqual([...grants].sort());
});

test('where URLs are stable, each person has one URL of a file, in every process with the same credentials, and nothing in it is theirs', async () => {
  const other = await start({ stableUrlSeconds: 600 });
  const urlOf = async (from: typeof stable, org: typeof one, who?: string) =>
    (await from.get(Files).presignDownload(formUpload, org, a, who === undefined ? {} : { by: who })).url;
  const first = await urlOf(stable, one, anna);
  // A process that assumes a role for each organisation has credentials of its own, which the URL names.
  expect(await urlOf(storage.options.tenantRole ? stable : other, one, anna)).toBe(first);
  const listed = await stable.get(Files).list(formUpload, one, folder, { urls: true, by: anna });
  expect(listed.items[0]?.url).toBe(first);
  const all = [first, await urlOf(stable, one, 'ben'), await urlOf(stable, one), await urlOf(stable, eleven, anna)];
  expect(new Set(all.map(named)).size).toBe(4);
  expect(first).not.toMatch(/anna|clinic\.example/);
  expect((await send('GET', first)).status).toBe(200);
  await other.close();
});

test('all steps of a direct upload are signed in the name of its grant, which its key tells too', async () => {
  const forms = module.get(FormUploadsService);
  const size = 9 * (1 << 20);
  const begin = (fileName: string, declared: object) =>
    forms.beginUpload(one, { ...folder, fileName }, { contentType: 'video/mp4', size, ...declared }, { by });
  const whole = await begin('film-1.mp4', { multipart: true });
  const steps = [{ method: 'POST' }, { method: 'PUT', uploadId: 'u', partNumber: 1 }, { method: 'GET', uploadId: 'u' }];
  const urls = [];
  for (const step of [...steps, { method: 'POST', uploadId: 'u' }, { method: 'DELETE', uploadId: 'u' }]) {
    urls.push((await module.get(DirectUploads).sign(one, whole.token, step, { by })).url);
  }
  const [grant] = told();
  expect(urls.map(named)).toEqual(urls.map(() => grant));
  expect(urls.map((url) => grantOfUpload(new URL(url).pathname.split('/').at(-1)!))).toEqual(urls.map(() => grant));

  for (const method of methods) {
    heard.length = 0;
    const ticket = await begin(`film-${method}.mp4`, { method });
    const key = ticket.method === 'POST' ? ticket.fields['key']! : 'url' in ticket ? new URL(ticket.url).pathname : '';
    expect(told()).toEqual([grantOfUpload(key.split('/').at(-1)!)]);
    expect('url' in ticket && named(ticket.url)).toBe(method === 'PUT' ? told()[0] : null);
    expect(ticket).not.toHaveProperty('grant');
  }
});

test('what an application signs itself has a grant too', async () => {
  const { ObjectStore } = await import('../../store/object-store.js');
  const key = orgScopedKey(one, `uploads/forms/${folder.formId}/field_${folder.customFieldId}/a.txt`);
  const { url, grant } = await module.get(ObjectStore).presign(one, key, { method: 'HEAD' }, { expiresIn: 60 });
  expect(named(url)).toBe(grant);
  expect((await send('HEAD', url)).status).toBe(200);
});

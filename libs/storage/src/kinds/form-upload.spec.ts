import { PutObjectCommand } from '@aws-sdk/client-s3';
import { eleven, file, once, one, startDomains } from '../../test/file-kits/domains.kit.js';
import { send } from '../../test/http.js';
import { samples } from '../testing/samples.js';

const { storage, forms, keys, close } = await startDomains();
const { png } = samples;

afterEach(() => storage.empty());
afterAll(close);

describe('form files', () => {
  const upload = (fileName: string, options = {}) =>
    forms.upload(one, { ...file, fileName }, { bytes: once(png.bytes), contentType: 'image/png' }, options);

  test('a taken name is refused unless replacing is asked for', async () => {
    await upload('a.png');
    await expect(upload('a.png')).rejects.toMatchObject({ code: 'already_exists' });
    await expect(upload('a.png', { replace: true })).resolves.toMatchObject({ fileName: 'a.png' });
  });

  test('the original name comes back on download, a clean one stands in the key', async () => {
    expect(await upload('a?b*c.png')).toMatchObject({ fileName: 'a?b*c.png' });
    expect(await keys()).toEqual(['1/uploads/forms/201/field_7/a-b-c.png']);
    const { contentDisposition } = await forms.read(one, { ...file, fileName: 'a?b*c.png' });
    expect(contentDisposition).toContain('a?b*c.png');
    await expect(upload('a-b-c.png')).rejects.toMatchObject({ code: 'already_exists' });
  });

  test.each(['\u200fתוצאות.png', '\u200eIMG-7.png', '\u2068Anna\u2069?.png', 'soft\u00adhyphen.png'])(
    'the name that is answered for %j finds that file and no other',
    async (fileName) => {
      const other = samples.gif.bytes;
      for (const name of ['-תוצאות.gif', 'Anna.gif'])
        await forms.upload(one, { ...file, fileName: name }, { bytes: once(other), contentType: 'image/gif' });
      const stored = await upload(fileName);
      await expect(upload(stored.fileName)).rejects.toMatchObject({ code: 'already_exists' });
      const read = await forms.read(one, { ...file, fileName: stored.fileName });
      read.body.destroy();
      expect(read.file).toMatchObject({ etag: stored.etag, fileName: stored.fileName });
      await expect(forms.read(eleven, { ...file, fileName: stored.fileName })).rejects.toMatchObject({
        code: 'not_found',
      });
      await forms.delete(one, { ...file, fileName: stored.fileName });
      expect((await forms.list(one, file)).items.map((item) => item.fileName)).toEqual(['-תוצאות.gif', 'Anna.gif']);
    },
  );

  test.each(['', 'application/octet-stream', 'application/octet-stream; x=y'])(
    'a client that knows no type (%j) is helped by the extension, never against the bytes',
    async (contentType) => {
      const bytes = samples.heic.bytes;
      const at = { ...file, fileName: 'IMG_1.heic' };
      expect(await forms.upload(one, at, { bytes: once(bytes), contentType })).toMatchObject({
        contentType: 'image/heic',
      });
      const lied = forms.upload(one, { ...file, fileName: 'b.png' }, { bytes: once(bytes), contentType });
      await expect(lied).rejects.toMatchObject({ code: 'content_mismatch' });
    },
  );

  test('lists a field by pages, of its own organisation, with URLs that work', async () => {
    for (const name of ['b.png', 'a.png', 'c.png']) await upload(name);
    await forms.upload(eleven, { ...file, fileName: 'd.png' }, { bytes: once(png.bytes), contentType: 'image/png' });
    await forms.upload(
      one,
      { ...file, customFieldId: '77', fileName: 'e.png' },
      { bytes: once(png.bytes), contentType: 'image/png' },
    );
    const first = await forms.list(one, file, { limit: 2, urls: true });
    expect(first.items).toMatchObject([
      { fileName: 'a.png', contentType: 'image/png', size: png.bytes.length },
      { fileName: 'b.png' },
    ]);
    for (const { url } of first.items) expect((await send('GET', url!)).body).toEqual(png.bytes);
    const second = await forms.list(one, file, { limit: 2, cursor: first.nextCursor });
    expect(second.items.map(({ fileName }) => fileName)).toEqual(['c.png']);
    expect(second.nextCursor).toBeUndefined();
    expect(JSON.stringify(first.items.map(({ url: _url, ...item }) => item))).not.toMatch(
      /uploads|field_|tenant-files/,
    );
  });

  test('has at most 200 with URLs on a page, whatever is asked for', async () => {
    const put = (n: number) => {
      const Key = `1/uploads/forms/201/field_7/${1000 + n}.png`;
      return storage.raw.send(new PutObjectCommand({ Bucket: storage.bucket, Key, Body: 'x' }));
    };
    for (let n = 0; n < 201; n += 67) await Promise.all(Array.from({ length: 67 }, (_, i) => put(n + i)));
    const { items, nextCursor: cursor } = await forms.list(one, file, { urls: true, limit: 1000 });
    expect(items).toHaveLength(200);
    const { items: rest } = await forms.list(one, file, { urls: true, limit: 1000, cursor });
    expect(rest.map(({ fileName }) => fileName)).toEqual(['1200.png']);
    expect((await forms.list(one, file)).items).toHaveLength(201);
  });

  test.each([NaN, 1.5, Infinity, '10' as never])('a limit of %d is no limit', async (limit) => {
    await expect(forms.list(one, file, { limit })).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('sound that a browser records is told from a film by its extension in a list, by itself elsewhere', async () => {
    for (const fileName of ['a.weba', 'b.webm']) {
      const sound = { bytes: once(samples.webm.bytes), contentType: 'audio/webm;codecs=opus' };
      await forms.upload(one, { ...file, fileName }, sound);
      const { url } = await forms.presignDownload(one, { ...file, fileName });
      expect((await send('GET', url)).headers['content-type']).toBe('audio/webm');
      expect((await forms.stat(one, { ...file, fileName })).contentType).toBe('audio/webm');
    }
    const { items } = await forms.list(one, file);
    expect(items.map(({ contentType }) => contentType)).toEqual(['audio/webm', 'video/webm']);
  });

  test('folders that the console of the store makes, objects without bytes, break no list', async () => {
    await upload('a.png');
    const folder = '1/uploads/forms/201/field_7/';
    for (const Key of ['1/uploads/', '1/uploads/forms/', '1/uploads/forms/201/', folder])
      await storage.raw.send(new PutObjectCommand({ Bucket: storage.bucket, Key, Body: Buffer.alloc(0) }));
    const { items } = await forms.list(one, file, { urls: true });
    expect(items.map(({ fileName, url }) => [fileName, typeof url])).toEqual([['a.png', 'string']]);
    expect((await forms.list(eleven, file)).items).toEqual([]);
  });

  test('a key that others put there under no name of ours is listed, and gets no URL', async () => {
    await forms.upload(one, { ...file, fileName: 'z.png' }, { bytes: once(png.bytes), contentType: 'image/png' });
    const odd = { Bucket: storage.bucket, Key: '1/uploads/forms/201/field_7/a:b?.png', Body: png.bytes };
    await storage.raw.send(new PutObjectCommand(odd));
    const { items } = await forms.list(one, file, { urls: true });
    expect(items).toEqual([
      expect.not.objectContaining({ url: expect.anything() }),
      expect.objectContaining({ fileName: 'z.png', url: expect.stringMatching(/z\.png\?/) }),
    ]);
  });

  test.each([
    [{ ...file, formId: '..' }, 'invalid_place'],
    [{ ...file, formId: '201/field_7' }, 'invalid_place'],
    [{ ...file, customFieldId: '' }, 'invalid_place'],
    [{ ...file, fileName: '../x.png' }, 'invalid_file_name'],
    [{ ...file, fileName: '%2e%2e%2fx.png' }, 'invalid_file_name'],
    [{ ...file, fileName: '' }, 'invalid_file_name'],
    [{ ...file, fileName: 'x.svg' }, 'type_not_accepted'],
    [{ ...file, fileName: 'x.html' }, 'type_not_accepted'],
  ])('%j is refused and nothing is stored', async (place, code) => {
    await expect(forms.upload(one, place, { bytes: once(png.bytes), contentType: 'image/png' })).rejects.toMatchObject({
      code,
    });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });
});

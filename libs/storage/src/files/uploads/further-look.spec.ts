import { Test } from '@nestjs/testing';
import { once } from '../../../test/file-kits/domains.kit.js';
import { by, eleven, one, place, startDirectUploads } from '../../../test/file-kits/direct-uploads.kit.js';
import { FormUploadsService } from '../../kinds/form-upload.js';
import { StorageModule } from '../../storage.module.js';
import { compoundFile, hex, join, zip } from '../../testing/sample-bytes.js';

const { storage, forms, uploads, sent, keys, reset, close } = await startDirectUploads();

afterEach(reset);
afterAll(close);

type File = [fileName: string, bytes: Buffer];
const ways = ['through the application', 'straight to the store'] as const;

async function store(way: (typeof ways)[number], [fileName, bytes]: File) {
  if (way === 'through the application')
    return forms.upload(one, { ...place, fileName }, { bytes: once(bytes), contentType: '' });
  return uploads.complete(one, (await sent(bytes, { fileName, contentType: '' })).token, { by });
}

const parts = Object.fromEntries(Array.from({ length: 120 }, (_, n) => [`word/media/${n}.png`, 'x'.repeat(60)]));
const word = (extra: Record<string, string>) =>
  zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': 'x', ...parts, ...extra });

describe.each(ways)('%s', (way) => {
  test.each<File>([
    ['large.docx', word({})],
    ['locked.docx', compoundFile({ names: ['EncryptedPackage'], before: 10_240 })],
    ['old.doc', compoundFile({ names: ['WordDocument'], before: 10_240 })],
  ])('%s is stored, whole', async (fileName, bytes) => {
    expect(await store(way, [fileName, bytes])).toMatchObject({ fileName, size: bytes.length });
    await expect(forms.read(eleven, { ...place, fileName })).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each<File>([
    ['macro.docx', word({ 'word/vbaProject.bin': 'x' })],
    ['cut.docx', word({}).subarray(0, -60)],
    ['installer.doc', compoundFile({ root: '84100c0000000000c000000000000046', before: 10_240 })],
    ['cut.doc', compoundFile({ before: 10_240 }).subarray(0, 8000)],
  ])('%s is refused by what lies behind its first bytes, and leaves nothing', async (fileName, bytes) => {
    await expect(store(way, [fileName, bytes])).rejects.toMatchObject({ code: 'content_mismatch' });
    expect(await keys()).toEqual([]);
  });

  test.each<[string, Buffer, string]>([
    ['utf16.csv', Buffer.from('\ufeffName;Wert\nMüller;1', 'utf16le'), 'text/csv; charset=utf-16le'],
    [
      'long.txt',
      Buffer.from('\ufeffmüde '.repeat(1000).slice(0, 5000), 'utf16le').swap16(),
      'text/plain; charset=utf-16be',
    ],
    ['marked.csv', Buffer.from('\ufeffName;Wert'), 'text/csv; charset=utf-8'],
    ['ansi.csv', Buffer.from('M\xfcller;1', 'latin1'), 'text/csv'],
  ])('%s is stored with the encoding that it names', async (fileName, bytes, contentType) => {
    expect(await store(way, [fileName, bytes])).toMatchObject({ contentType, size: bytes.length });
    const read = await forms.read(one, { ...place, fileName }, {});
    read.body.destroy();
    expect(read).toMatchObject({ contentType, contentDisposition: expect.stringMatching(/^attachment;/) as string });
    const { url } = await forms.presignDownload(one, { ...place, fileName });
    const answer = await fetch(url);
    expect([answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer())]).toEqual([contentType, bytes]);
  });
});

test('a source that stalls in the first bytes of a text is left when its signal fires', async () => {
  const gone = new AbortController();
  let left = false;
  const bytes: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        queueMicrotask(() => gone.abort());
        return new Promise(() => {});
      },
      return: async () => {
        left = true;
        return { done: true, value: undefined };
      },
    }),
  };
  const upload = forms.upload(one, { ...place, fileName: 'a.txt' }, { bytes, contentType: '', signal: gone.signal });
  await expect(upload).rejects.toMatchObject({ code: 'cancelled' });
  expect(left).toBe(true);
});

test('a kind that is switched on is taken, for every organisation, and only ever a download', async () => {
  const dicom = join(Buffer.alloc(128), 'DICM', hex('0200 0000 554c 0400'), Buffer.alloc(5000));
  const options = { ...storage.options, accept: { documents: ['dicom'] as const } };
  const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(options)] }).compile();
  const withDicom = module.get(FormUploadsService);
  const at = { ...place, fileName: 'ct.dcm' };
  const file = () => ({ bytes: once(dicom), contentType: 'application/octet-stream' });
  await expect(forms.upload(one, at, file())).rejects.toMatchObject({ code: 'type_not_accepted' });
  for (const org of [one, eleven])
    expect(await withDicom.upload(org, at, file())).toMatchObject({ contentType: 'application/dicom' });
  const read = await forms.read(one, at, {});
  read.body.destroy();
  expect(read.contentDisposition).toMatch(/^attachment;/);
  const listed = await forms.list(eleven, place);
  expect(listed.items).toMatchObject([{ fileName: 'ct.dcm', contentType: 'application/dicom' }]);
  await module.close();
});

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { eleven, key, one, pattern, startObjectStore, stream } from '../../test/object-store.kit.js';
import { layout } from '../keys/layout.js';

const { storeWith, close } = await startObjectStore();

/** A server that gives every request the same answer. */
let answer: (response: ServerResponse) => void = () => {};
const server = createServer((request, response) => {
  request.resume().on('end', () => answer(response));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const store = await storeWith({ endpoint, maxAttempts: 1 });
const folder = layout.formField(eleven, { formId: '1', customFieldId: '1' });
const attributes = { contentType: 'text/plain', metadata: {} };

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await close();
});

const xml =
  (status: number, code: string, more = '') =>
  (response: ServerResponse) =>
    response
      .writeHead(status)
      .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>x</Message>${more}</Error>`);

describe('a 200 that is no object', () => {
  beforeEach(() => {
    answer = xml(200, 'InternalError');
  });

  test.each([
    ['read', () => store.read(one, key)],
    ['head', () => store.head(one, key)],
    ['list', () => store.list(eleven, folder, { limit: 1 })],
    ['put', () => store.put(one, key, stream(pattern(9)), { ...attributes, size: 9 })],
    ['put of parts', () => store.put(one, key, stream(pattern(6 << 20)), attributes)],
  ])('%s', async (_name, call) => {
    await expect(call()).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

test('an entity tag that XML has without quotes is answered as HTTP has it', async () => {
  const tag = 'd03950ada6ce73e02f916d5cea7ca2aa';
  const made = `<ETag>${tag}</ETag><LastModified>2026-01-01T00:00:00.500Z</LastModified>`;
  answer = (response) => response.end(`<?xml version="1.0"?><CopyObjectResult>${made}</CopyObjectResult>`);
  const to = layout.formUpload(one, { formId: '1', customFieldId: '1', fileName: 'b.txt' });
  expect(await store.copy(one, key, to, { sourceEtag: `"${tag}"` })).toEqual({
    etag: `"${tag}"`,
    lastModified: new Date('2026-01-01T00:00:00Z'),
  });
  answer = (response) =>
    response.end(
      `<?xml version="1.0"?><ListBucketResult><Name>b</Name><KeyCount>1</KeyCount><Contents><Key>${folder}a.txt</Key><ETag>${tag}</ETag><Size>1</Size></Contents></ListBucketResult>`,
    );
  expect((await store.list(eleven, folder, { limit: 1 })).objects).toMatchObject([{ etag: `"${tag}"` }]);
});

test.each([
  [
    'a page of another server',
    (r: ServerResponse) => r.writeHead(404, { 'content-type': 'text/html' }).end('<html>no</html>'),
    'misconfigured',
    /404/,
  ],
  ['an object that is not there', xml(404, 'NoSuchKey'), 'not_found', /no such file/],
  ['an object in an archive tier', xml(403, 'InvalidObjectState'), 'conflict', /restored/],
  [
    'another region, by its signature',
    xml(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-3</Region>'),
    'misconfigured',
    /eu-west-3/,
  ],
  [
    'another region, by a redirect',
    (r: ServerResponse) => r.writeHead(301, { 'x-amz-bucket-region': 'eu-west-3' }).end(),
    'misconfigured',
    /eu-west-3/,
  ],
])('%s is told as what it is', async (_name, say, code, message) => {
  answer = say;
  await expect(store.read(one, key)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
});

test.each([
  ['a store that is not there', { endpoint: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1/],
  ['a name that is not there', { endpoint: 'http://files.invalid' }, /files\.invalid/],
])('%s: the log names where the call went', async (_name, options, host) => {
  const absent = await storeWith({ ...options, maxAttempts: 1 });
  await expect(absent.head(one, key)).rejects.toMatchObject({
    code: 'store_unavailable',
    message: expect.stringMatching(host) as string,
  });
});

test('options that lead to no endpoint are wrong, and no store that is worth another try', async () => {
  process.env['AWS_USE_FIPS_ENDPOINT'] = 'true';
  try {
    const nowhere = await storeWith({ endpoint });
    const wrong = { code: 'misconfigured', message: expect.stringMatching(/endpoint/) as string };
    await expect(nowhere.head(one, key)).rejects.toMatchObject(wrong);
    const headers = { contentType: 'text/plain', contentDisposition: 'inline', cacheControl: 'private' };
    await expect(nowhere.presignRead(one, key, headers, 60)).rejects.toMatchObject(wrong);
  } finally {
    delete process.env['AWS_USE_FIPS_ENDPOINT'];
  }
});

test('a mistake in a program is no failure of the store', async () => {
  const credentials = () => Promise.reject(new RangeError('a mistake'));
  const mistaken = await storeWith({ endpoint, credentials });
  await expect(mistaken.head(one, key)).rejects.toThrow(RangeError);
});

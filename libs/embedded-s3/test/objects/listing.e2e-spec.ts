import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  type ListObjectsCommandInput,
  type ListObjectsV2CommandInput,
} from '@aws-sdk/client-s3';
import { BUCKET, refusal, TestServer } from '../kit.js';

// in the order of their UTF-8 bytes: U+FF5E sorts before U+1F600, although its UTF-16 units are greater
const KEYS = ['a', 'a/', 'a/1', 'a/2', 'a/b/1', 'a/b/2', 'ab', 'b', 'z', 'é', '\uff5e', '\u{1f600}'];

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  for (const key of KEYS.toReversed()) await server.put(key, key);
});
afterAll(() => server.close());

const v2 = (more: Partial<ListObjectsV2CommandInput> = {}) =>
  server.client.send(new ListObjectsV2Command({ Bucket: BUCKET, ...more }));
const v1 = (more: Partial<ListObjectsCommandInput> = {}) =>
  server.client.send(new ListObjectsCommand({ Bucket: BUCKET, ...more }));

interface Page {
  Contents?: { Key?: string }[];
  CommonPrefixes?: { Prefix?: string }[];
}
const lines = ({ Contents = [], CommonPrefixes = [] }: Page): string[] => [
  ...Contents.map(({ Key = '' }) => Key),
  ...CommonPrefixes.map(({ Prefix = '' }) => `${Prefix}…`),
];

test('lists keys in the order of their bytes', async () => {
  expect(lines(await v2())).toEqual(KEYS);
  expect(lines(await v1())).toEqual(KEYS);
});

test('the control `contents` says what they would, without a request', async () => {
  const { client, s3 } = server;
  const Bucket = 'versioned';
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  for (const Key of ['kept', 'hidden']) await server.put(Key, Key, { Bucket });
  await client.send(new DeleteObjectCommand({ Bucket, Key: 'hidden' }));
  for (const Key of ['\u{1f600}', '\uff5e', 'begun', '\uff5e'])
    await client.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  s3.requests.clear();
  expect(s3.contents(Bucket)).toEqual({ keys: ['kept'], openUploads: ['begun', '\uff5e', '\uff5e', '\u{1f600}'] });
  expect(s3.contents(Bucket).openUploads).toEqual(Uploads.map(({ Key }) => Key));
  expect(s3.contents(BUCKET)).toEqual({ keys: KEYS, openUploads: [] });
  expect(s3.requests.list()).toEqual([]);
});

test('the control `contents` knows no bucket that was never made or is removed', async () => {
  const { client, s3 } = server;
  const Bucket = 'removed';
  await client.send(new CreateBucketCommand({ Bucket }));
  await client.send(new CreateMultipartUploadCommand({ Bucket, Key: 'begun' }));
  await client.send(new DeleteBucketCommand({ Bucket }));
  for (const name of [Bucket, 'never']) {
    expect(() => s3.contents(name)).toThrow(expect.objectContaining({ code: 'NoSuchBucket' }));
  }
  await client.send(new CreateBucketCommand({ Bucket }));
  expect(s3.contents(Bucket)).toEqual({ keys: [], openUploads: [] });
});

test.each<[Partial<ListObjectsV2CommandInput>, string[]]>([
  [{ Prefix: 'a/' }, ['a/', 'a/1', 'a/2', 'a/b/1', 'a/b/2']],
  [{ Prefix: 'a/', Delimiter: '/' }, ['a/', 'a/1', 'a/2', 'a/b/…']],
  [{ Delimiter: '/' }, ['a', 'ab', 'b', 'z', 'é', '\uff5e', '\u{1f600}', 'a/…']],
  [{ Delimiter: 'b/' }, ['a', 'a/', 'a/1', 'a/2', 'ab', 'b', 'z', 'é', '\uff5e', '\u{1f600}', 'a/b/…']],
  [{ StartAfter: 'b' }, ['z', 'é', '\uff5e', '\u{1f600}']],
  [{ StartAfter: 'a/1', Delimiter: '/', Prefix: 'a/' }, ['a/2', 'a/b/…']],
  [{ Prefix: 'nothing' }, []],
  [{ MaxKeys: 0 }, []],
])('%j', async (query, expected) => {
  expect(lines(await v2(query))).toEqual(expected);
});

test.each([1, 2, 3, 5])('pages of %i lines add up, with and without a delimiter', async (MaxKeys) => {
  for (const more of [{}, { Delimiter: '/' }, { Prefix: 'a/', Delimiter: '/' }]) {
    const second: string[] = [];
    let token: string | undefined;
    do {
      const page = await v2({ ...more, MaxKeys, ContinuationToken: token });
      expect(page.KeyCount).toBe(lines(page).length);
      expect(lines(page).length).toBeLessThanOrEqual(MaxKeys);
      second.push(...lines(page));
      token = page.NextContinuationToken;
    } while (token !== undefined);
    const first: string[] = [];
    let marker: string | undefined;
    do {
      const page = await v1({ ...more, MaxKeys, Marker: marker });
      first.push(...lines(page));
      marker = page.IsTruncated ? (page.NextMarker ?? page.Contents?.at(-1)?.Key) : undefined;
    } while (marker !== undefined);
    const whole = lines(await v2(more)).toSorted();
    expect(second.toSorted()).toEqual(whole);
    expect(first.toSorted()).toEqual(whole);
  }
});

test('encoding-type=url', async () => {
  await server.put('odd/ +&', 'x');
  expect(lines(await v2({ Prefix: 'odd/', EncodingType: 'url' }))).toEqual(['odd/+%2B%26']);
});

test.each([
  [{ 'list-type': '2', 'continuation-token': 'nonsense' }, 'InvalidArgument'],
  [{ 'list-type': '3' }, 'InvalidArgument'],
  [{ 'list-type': '2', 'max-keys': '-1' }, 'InvalidArgument'],
  [{ 'list-type': '2', 'encoding-type': 'html' }, 'InvalidArgument'],
  [{ 'list-type': '2', surprise: '' }, 'NotImplemented'],
  [{ torrent: '' }, 'NotImplemented'],
])('%j is refused', async (query, code) => {
  expect((await server.signed('GET', `/${BUCKET}`, { query: query as Record<string, string> })).code).toBe(code);
});

test('a bucket that does not exist', async () => {
  expect(await refusal(v2({ Bucket: 'absent' }))).toBe('404 NoSuchBucket');
});

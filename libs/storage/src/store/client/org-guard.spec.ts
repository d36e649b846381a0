import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketTaggingCommand,
  PutObjectCommand,
  RestoreObjectCommand,
  SelectObjectContentCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { orgScopedKey } from '../../keys/object-key.js';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { onBehalfOf } from './org-guard.js';
import { createS3Client } from './s3-client.js';

const Bucket = 'clinic-files';
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const own = orgScopedKey(one, 'uploads/a.pdf');
const foreign = orgScopedKey(eleven, 'uploads/a.pdf');

let received: string[] = [];
let server: Server;
let client: S3Client;

beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  client = createS3Client(
    storageSettings({
      bucket: Bucket,
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials,
      maxAttempts: 1,
    }),
  );
});
beforeEach(() => {
  received = [];
});
afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const copy = (Key: string, CopySource: string) => new CopyObjectCommand({ Bucket, Key, CopySource });
const restore = (Key: string, request: object = { Days: 1 }) =>
  new RestoreObjectCommand({ Bucket, Key, RestoreRequest: request });
const bulk = (...keys: string[]) =>
  new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } });

const refused: [string, { input: object }][] = [
  ['an empty key on GET, which the wire makes a list', new GetObjectCommand({ Bucket, Key: '' })],
  ['an empty key on DELETE, which the wire makes DeleteBucket', new DeleteObjectCommand({ Bucket, Key: '' })],
  ['an empty key on PUT, which the wire makes CreateBucket', new PutObjectCommand({ Bucket, Key: '' })],
  ['a missing key', new HeadObjectCommand({ Bucket } as never)],
  ['a foreign key', new GetObjectCommand({ Bucket, Key: foreign })],
  ['a key at the root', new GetObjectCommand({ Bucket, Key: 'a.pdf' })],
  ['a traversal', new GetObjectCommand({ Bucket, Key: '1/uploads/../../11/uploads/a.pdf' })],
  ['an own key in another bucket', new GetObjectCommand({ Bucket: 'other', Key: own })],
  ['a copy from a foreign key', copy(own, `${Bucket}/${foreign}`)],
  ['a copy from an encoded foreign key', copy(own, `${Bucket}/1%2F..%2F11/uploads/a.pdf`)],
  ['a copy from another bucket', copy(own, `other/${own}`)],
  ['a copy from an access point', copy(own, `arn:aws:s3:eu-central-1:1:accesspoint/x/object/${own}`)],
  ['a copy from a version of a foreign key', copy(own, `${Bucket}/${foreign}?versionId=abc`)],
  ['a copy with another parameter', copy(own, `${Bucket}/${own}?versionId=abc&key=${foreign}`)],
  ['a copy from another bucket’s version', copy(own, `other/${own}?versionId=abc`)],
  ['a copy to a foreign key', copy(foreign, `${Bucket}/${own}`)],
  ['a copy without source', new CopyObjectCommand({ Bucket, Key: own } as never)],
  [
    'a part copied from a foreign key',
    new UploadPartCopyCommand({ Bucket, Key: own, UploadId: 'u', PartNumber: 1, CopySource: `${Bucket}/${foreign}` }),
  ],
  ['the restoring of a foreign key', restore(foreign)],
  [
    'a restoring that writes elsewhere',
    restore(own, { OutputLocation: { S3: { BucketName: Bucket, Prefix: '11/' } } }),
  ],
  ['a foreign key among own ones', bulk(own, foreign)],
  ['an empty key among own ones', bulk(own, '')],
  ['a bulk delete of nothing', bulk()],
  ['a list without prefix', new ListObjectsV2Command({ Bucket })],
  ['a list whose prefix lacks the slash: 1 is also 11', new ListObjectsV2Command({ Bucket, Prefix: '1' })],
  ['a list of a foreign prefix', new ListObjectsV2Command({ Bucket, Prefix: '11/' })],
  ['uploads of a foreign prefix', new ListMultipartUploadsCommand({ Bucket, Prefix: 'incoming/11/' })],
  ['DeleteBucket', new DeleteBucketCommand({ Bucket })],
  ['a command the guard does not know', new SelectObjectContentCommand({ Bucket, Key: own } as never)],
];

test.each(refused)('%s never leaves', async (_name, command) => {
  await expect(client.send(onBehalfOf(one, command) as never)).rejects.toMatchObject({ code: 'invalid_key' });
  expect(received).toEqual([]);
});

test.each([
  ['own', own],
  ['foreign', foreign],
  ['empty', ''],
])('a command that names no organisation never leaves: %s key', async (_name, Key) => {
  await expect(client.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ code: 'invalid_key' });
  await expect(client.send(new DeleteObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ code: 'invalid_key' });
  expect(received).toEqual([]);
});

test.each([
  ['HeadBucket', new HeadBucketCommand({ Bucket: `${Bucket}/${foreign}` })],
  ['GetBucketTagging', new GetBucketTaggingCommand({ Bucket: `${Bucket}/${foreign}` })],
  ['PutBucketTagging', new PutBucketTaggingCommand({ Bucket: `${Bucket}/${foreign}`, Tagging: { TagSet: [] } })],
  ['CreateBucket', new CreateBucketCommand({ Bucket: `${Bucket}/${foreign}` })],
])('%s of a bucket with a key never leaves, and no URL of it is signed', async (_name, command) => {
  await expect(client.send(command as never)).rejects.toMatchObject({ code: 'invalid_key' });
  await expect(getSignedUrl(client as never, command as never)).rejects.toMatchObject({ code: 'invalid_key' });
  expect(received).toEqual([]);
});

test('a URL is not signed either', async () => {
  await expect(getSignedUrl(client as never, new GetObjectCommand({ Bucket, Key: own }))).rejects.toMatchObject({
    code: 'invalid_key',
  });
});

test('own keys, own prefixes and settings of the bucket pass', async () => {
  await client.send(onBehalfOf(one, new PutObjectCommand({ Bucket, Key: own, Body: 'x' })));
  await client.send(onBehalfOf(eleven, new PutObjectCommand({ Bucket, Key: foreign, Body: 'x' })));
  await client
    .send(onBehalfOf(one, copy(orgScopedKey(one, 'uploads/ä b.pdf'), `${Bucket}/1/uploads/a%20%C3%A4.pdf`)))
    .catch(() => {});
  await client.send(onBehalfOf(one, new ListObjectsV2Command({ Bucket, Prefix: '1/' }))).catch(() => {});
  await client.send(new GetBucketPolicyCommand({ Bucket })).catch(() => {});
  expect(received.map((line) => line.replace(/\?.*(policy|list-type).*/, '?$1'))).toEqual([
    expect.stringMatching(/^PUT \/clinic-files\/1\/uploads\/a\.pdf/),
    expect.stringMatching(/^PUT \/clinic-files\/11\/uploads\/a\.pdf/),
    expect.stringMatching(/^PUT \/clinic-files\/1\/uploads\/%C3%A4%20b\.pdf/),
    'GET /clinic-files/?list-type',
    'GET /clinic-files/?policy',
  ]);
});

test('what lies in an archive tier can be restored', async () => {
  await client.send(onBehalfOf(one, restore(own)));
  expect(received).toEqual([expect.stringMatching(/^POST \/clinic-files\/1\/uploads\/a\.pdf\?restore/)]);
});

test('an own older version passes as a source', async () => {
  await client.send(onBehalfOf(one, copy(own, `${Bucket}/${own}?versionId=3HL4kqt.x_Y-z~1`))).catch(() => {});
  expect(received).toEqual([expect.stringMatching(/^PUT \/clinic-files\/1\/uploads\/a\.pdf/)]);
});

test('the organisation itself must be real', () => {
  expect(() => onBehalfOf('1/../11' as never, new GetObjectCommand({ Bucket, Key: own }))).toThrow(
    expect.objectContaining({ code: 'invalid_org' }) as Error,
  );
});

import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { onBehalfOf } from './org-guard.js';
import { createMovingClient, createPlaceClient } from './other-clients.js';

const [Bucket, ours] = ['clinic-leaves', 'tenant-files'];
const one = parseOrgId('1');
let received: string[] = [];
let server: Server;
let send: (command: never) => Promise<unknown>;
let move: (command: never) => Promise<unknown>;
const clients: { destroy(): void }[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    request.resume().on('end', () => response.writeHead(200).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = { accessKeyId: 'A', secretAccessKey: 'B' };
  const settings = storageSettings({ bucket: Bucket, region: 'us-east-1', endpoint, credentials });
  const [place, moving] = [
    createPlaceClient(settings, { prefix: '7/', copiesFrom: ours }),
    createMovingClient(settings, ours),
  ];
  clients.push(place, moving);
  send = (command) => place.send(onBehalfOf(one, command));
  move = (command) => moving.send(onBehalfOf(one, command));
});
beforeEach(() => (received = []));
afterAll(() => {
  for (const client of clients) client.destroy();
  server.close();
});

const refused = expect.objectContaining({ code: 'invalid_key' });
const Key = '7/files/a';

test.each<[string, object]>([
  ['another bucket', new PutObjectCommand({ Bucket: ours, Key })],
  ['a key beside the place', new PutObjectCommand({ Bucket, Key: '77/files/a' })],
  ['the place itself', new DeleteObjectCommand({ Bucket, Key: '7/' })],
  ['no key', new DeleteObjectCommand({ Bucket, Key: '' })],
  ['a list of more', new ListObjectsV2Command({ Bucket })],
  ['a list beside it', new ListObjectsV2Command({ Bucket, Prefix: '77/' })],
  ['an ACL', new PutObjectAclCommand({ Bucket, Key, ACL: 'public-read' })],
  ['many removals', new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }] } })],
  ['settings', new GetBucketPolicyCommand({ Bucket })],
  ['other settings', new PutBucketPolicyCommand({ Bucket, Policy: '{}' })],
  ['a copy of another organisation’s', new CopyObjectCommand({ Bucket, Key, CopySource: `${ours}/11/uploads/a` })],
  ['a copy out of a third bucket', new CopyObjectCommand({ Bucket, Key, CopySource: `third/1/uploads/a` })],
  ['a copy of what is no file', new CopyObjectCommand({ Bucket, Key, CopySource: `${ours}/1/%2e%2e/11/uploads/a` })],
  [
    'a part of another organisation’s',
    new UploadPartCopyCommand({ Bucket, Key, CopySource: `${ours}/11/uploads/a`, PartNumber: 1, UploadId: 'u' }),
  ],
])('at the place of an export, %s is refused before it leaves', async (_what, command) => {
  await expect(send(command as never)).rejects.toEqual(refused);
  expect(received).toEqual([]);
});

test.each<[string, object]>([
  ['a file', new PutObjectCommand({ Bucket, Key, Body: 'x' })],
  ['a read', new GetObjectCommand({ Bucket, Key })],
  ['a list', new ListObjectsV2Command({ Bucket, Prefix: '7/.progress/' })],
])('%s in it leaves', async (_what, command) => {
  await send(command as never);
  expect(received).toHaveLength(1);
});

describe('who moves an organisation', () => {
  const own = '1/uploads/a';
  const copy = (CopySource: string, to = own) => new CopyObjectCommand({ Bucket, Key: to, CopySource });

  test('copies what is the organisation’s, out of the one other bucket', async () => {
    await move(copy(`${ours}/1/uploads/a`) as never).catch(() => {});
    expect(received).not.toEqual([]);
  });

  test.each<[string, object]>([
    ['another organisation’s', copy(`${ours}/11/uploads/a`)],
    ['to another organisation', copy(`${ours}/1/uploads/a`, '11/uploads/a')],
    ['a third bucket’s', copy('third/1/uploads/a')],
    ['of a bucket whose name begins alike', copy(`${ours}-2/1/uploads/a`)],
    ['into the first bucket', new PutObjectCommand({ Bucket: ours, Key: own, Body: 'x' })],
    ['out of the first bucket', new DeleteObjectCommand({ Bucket: ours, Key: own })],
  ])('but not %s', async (_what, command) => {
    await expect(move(command as never)).rejects.toEqual(refused);
    expect(received).toEqual([]);
  });
});

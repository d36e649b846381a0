import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as S3 from '@aws-sdk/client-s3';
import { BUCKET, bytes, refusal, TestServer } from '../kit.js';
import { Command } from './server-process.js';

let command: Command;
let work = '';
beforeAll(() => {
  command = new Command();
});
afterAll(() => command.remove());
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'embedded-s3-spec-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

test('everything is there after a restart, the credentials too', async () => {
  const dataDir = join(work, 'data');
  const first = await TestServer.start({ dataDir });
  const data = bytes(100_000);
  await first.put('kept', data, { Metadata: { a: 'b' }, Tagging: 'c=d' });
  await first.put('overwritten', 'old');
  await first.put('overwritten', 'new');
  const upload = { Bucket: BUCKET, Key: 'unfinished' };
  const { UploadId } = await first.client.send(new S3.CreateMultipartUploadCommand(upload));
  const { ETag } = await first.client.send(
    new S3.UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'part' }),
  );
  await first.close();

  const second = await TestServer.start({ dataDir });
  expect(second.s3.credentials).toEqual(first.s3.credentials);
  expect(data.equals(await second.read('kept'))).toBe(true);
  expect(await second.head('kept')).toMatchObject({ Metadata: { a: 'b' }, TagCount: 1 });
  expect((await second.read('overwritten')).toString()).toBe('new');
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  await second.client.send(new S3.CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
  expect((await second.read('unfinished')).toString()).toBe('part');
  await second.close();
});

test('a copy survives its source, before and after a restart', async () => {
  const dataDir = join(work, 'data');
  const first = await TestServer.start({ dataDir });
  await first.put('source', 'shared bytes');
  await first.client.send(new S3.CopyObjectCommand({ Bucket: BUCKET, Key: 'copy', CopySource: `${BUCKET}/source` }));
  await first.client.send(new S3.DeleteObjectCommand({ Bucket: BUCKET, Key: 'source' }));
  await first.close();
  const second = await TestServer.start({ dataDir });
  expect((await second.read('copy')).toString()).toBe('shared bytes');
  await second.client.send(new S3.DeleteObjectCommand({ Bucket: BUCKET, Key: 'copy' }));
  expect(readdirSync(join(dataDir, 'data'))).toEqual([]);
  await second.close();
});

test('a torn last line of the journal and half-written files are dropped', async () => {
  const dataDir = join(work, 'data');
  const first = await TestServer.start({ dataDir });
  await first.put('kept', 'x');
  await first.close();
  appendFileSync(join(dataDir, 'journal.jsonl'), '[{"type":"version","bucket":"files","version":{"key":"torn"');
  writeFileSync(join(dataDir, 'data', 'half-written'), 'x');
  const second = await TestServer.start({ dataDir });
  expect(await second.keys()).toEqual(['kept']);
  expect(readdirSync(join(dataDir, 'data'))).toHaveLength(1);
  await second.close();
});

test('what was acknowledged before a kill is there after it, and nothing else', async () => {
  const dataDir = join(work, 'data');
  const { child, client, ended } = await command.serve(dataDir);
  await client.send(new S3.CreateBucketCommand({ Bucket: BUCKET }));
  const acknowledged: string[] = [];
  const put = async (i: number): Promise<void> => {
    await client.send(new S3.PutObjectCommand({ Bucket: BUCKET, Key: `k${i}`, Body: `body ${i}` }));
    acknowledged.push(`k${i}`);
    if (acknowledged.length >= 30) child.kill('SIGKILL');
  };
  await Promise.allSettled([
    ...Array.from({ length: 60 }, (_, i) => put(i)),
    client
      .send(new S3.PutObjectCommand({ Bucket: BUCKET, Key: 'big', Body: bytes(20 << 20) }))
      .then(() => acknowledged.push('big')),
  ]);
  expect(await ended).toEqual([null, 'SIGKILL']);
  client.destroy();

  const after = await TestServer.start({ dataDir });
  const keys = await after.keys();
  expect(acknowledged.length).toBeGreaterThanOrEqual(30);
  expect(keys).toEqual(expect.arrayContaining(acknowledged));
  for (const key of keys.filter((name) => name !== 'big')) {
    expect((await after.read(key)).toString()).toBe(`body ${key.slice(1)}`);
  }
  expect(readdirSync(join(dataDir, 'data'))).toHaveLength(keys.length);
  await after.close();
});

test('the command prints its credentials first and ends on SIGTERM', async () => {
  const server = await command.serve(join(work, 'data'));
  const { client } = server;
  await client.send(new S3.CreateBucketCommand({ Bucket: BUCKET }));
  expect(await refusal(client.send(new S3.HeadObjectCommand({ Bucket: BUCKET, Key: 'a' })))).toMatch(/^404/);
  expect(await server.end('SIGTERM')).toEqual([0, null]);
});

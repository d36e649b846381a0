import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
} from '@aws-sdk/client-s3';
import { BUCKET, refusal, TestServer } from '../kit.js';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
});
afterAll(() => server.close());

const create = (Bucket: string, more: object = {}) => server.client.send(new CreateBucketCommand({ Bucket, ...more }));
const remove = (Bucket: string) => server.client.send(new DeleteBucketCommand({ Bucket }));
const names = async (Prefix?: string): Promise<(string | undefined)[]> =>
  ((await server.client.send(new ListBucketsCommand({ Prefix }))).Buckets ?? []).map(({ Name }) => Name);

test('are made, listed, found and removed', async () => {
  await create('b.second-1');
  expect(await names()).toEqual(['b.second-1', BUCKET]);
  expect(await names('b')).toEqual(['b.second-1']);
  await server.client.send(new HeadBucketCommand({ Bucket: 'b.second-1' }));
  expect(
    (await server.client.send(new GetBucketLocationCommand({ Bucket: BUCKET }))).LocationConstraint,
  ).toBeUndefined();
  await remove('b.second-1');
  expect(await names()).toEqual([BUCKET]);
  expect(await refusal(server.client.send(new HeadBucketCommand({ Bucket: 'b.second-1' })))).toMatch(/^404/);
});

test('belong to one owner, and go only when empty', async () => {
  // S3 API reference, "CreateBucket", BucketAlreadyOwnedByYou: an error everywhere but in us-east-1
  await server.put('stays', 'x');
  await create(BUCKET);
  expect(await server.keys()).toContain('stays');
  const other = await TestServer.start({ region: 'eu-central-1' });
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' } as const;
  const again = new CreateBucketCommand({ Bucket: BUCKET, CreateBucketConfiguration });
  expect(await refusal(other.client.send(again))).toBe('409 BucketAlreadyOwnedByYou');
  await other.close();
  await create('full');
  await server.put('a', 'x', { Bucket: 'full' });
  expect(await refusal(remove('full'))).toBe('409 BucketNotEmpty');
  expect(await refusal(remove('absent'))).toBe('404 NoSuchBucket');
});

test.each(['ab', 'A-b', 'a_b', '-ab', 'ab-', 'a..b', 'a.-b', '192.168.1.1', 'xn--ab', 'a'.repeat(64)])(
  'the name %s',
  async (name) => {
    expect((await server.signed('PUT', `/${name}`)).code).toBe('InvalidBucketName');
  },
);

test('another region than the server has is refused', async () => {
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' };
  expect(await refusal(create('elsewhere', { CreateBucketConfiguration }))).toBe(
    '400 IllegalLocationConstraintException',
  );
  const other = await TestServer.start({ region: 'eu-central-1' });
  await other.client.send(
    new CreateBucketCommand({ Bucket: 'here', CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' } }),
  );
  const { LocationConstraint } = await other.client.send(new GetBucketLocationCommand({ Bucket: 'here' }));
  expect(LocationConstraint).toBe('eu-central-1');
  expect((await other.signed('PUT', '/unsaid')).code).toBe('IllegalLocationConstraintException');
  await other.close();
});

test('as part of the host name', async () => {
  await server.put('virtual', 'hosted');
  const host = `${BUCKET}.localhost:${server.s3.port}`;
  expect((await server.signed('GET', '/virtual', { headers: { host } })).text).toBe('hosted');
});

import * as S3 from '@aws-sdk/client-s3';
import { BUCKET, refusal, TestServer } from '../kit.js';

const Bucket = BUCKET;
let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ buckets: [BUCKET, 'a-1', 'a-11', 'b-1'] });
});
afterAll(() => server.close());

/* What terraform, CDK and s3cmd ask a new bucket for. Source: S3 API reference, the page of each operation. */

test.each([
  ['logging', '<BucketLoggingStatus '],
  ['notification', '<NotificationConfiguration '],
  ['requestPayment', '<Payer>BucketOwner</Payer>'],
  ['accelerate', '<AccelerateConfiguration '],
  ['analytics', '<IsTruncated>false</IsTruncated>'],
  ['inventory', '<IsTruncated>false</IsTruncated>'],
  ['metrics', '<IsTruncated>false</IsTruncated>'],
  ['intelligent-tiering', '<IsTruncated>false</IsTruncated>'],
])('?%s of a bucket where nobody set it', async (name, expected) => {
  const { status, text } = await server.signed('GET', `/${BUCKET}`, { query: { [name]: '' } });
  expect([status, text]).toEqual([200, expect.stringContaining(expected)]);
});

test.each([
  ['website', '404 NoSuchWebsiteConfiguration'],
  ['replication', '404 ReplicationConfigurationNotFoundError'],
])('?%s of a bucket where nobody set it', async (name, expected) => {
  const { status, code } = await server.signed('GET', `/${BUCKET}`, { query: { [name]: '' } });
  expect(`${status} ${code}`).toBe(expected);
  expect((await server.signed('DELETE', `/${BUCKET}`, { query: { [name]: '' } })).status).toBe(204);
});

test.each(['analytics', 'inventory', 'metrics', 'intelligent-tiering'])('?%s by id', async (name) => {
  const { status, code } = await server.signed('GET', `/${BUCKET}`, { query: { [name]: '', id: 'x' } });
  expect([status, code]).toEqual([404, 'NoSuchConfiguration']);
});

test('what is off can be switched off, and nothing else', async () => {
  const { client } = server;
  await client.send(new S3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} }));
  await client.send(new S3.PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} }));
  const payment = (Payer: S3.Payer) =>
    client.send(new S3.PutBucketRequestPaymentCommand({ Bucket, RequestPaymentConfiguration: { Payer } }));
  await payment('BucketOwner');
  expect(await refusal(payment('Requester'))).toBe('501 NotImplemented');
  const BucketLoggingStatus = { LoggingEnabled: { TargetBucket: 'a-1', TargetPrefix: '' } };
  expect(await refusal(client.send(new S3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus })))).toBe(
    '501 NotImplemented',
  );
  const website = { body: '<WebsiteConfiguration/>', query: { website: '' } };
  expect((await server.signed('PUT', `/${BUCKET}`, website)).code).toBe('NotImplemented');
});

test('buckets are listed in pages', async () => {
  const seen: (string | undefined)[][] = [];
  for await (const { Buckets = [] } of S3.paginateListBuckets({ client: server.client, pageSize: 3 }, {}))
    seen.push(Buckets.map(({ Name }) => Name));
  expect(seen).toEqual([['a-1', 'a-11', 'b-1'], [BUCKET]]);
  const list = async (input: S3.ListBucketsCommandInput) => {
    const { Buckets = [] } = await server.client.send(new S3.ListBucketsCommand(input));
    return Buckets.map(({ Name, BucketRegion }) => `${Name} ${BucketRegion}`);
  };
  expect(await list({ Prefix: 'a-1' })).toEqual(['a-1 us-east-1', 'a-11 us-east-1']);
  expect(await list({ Prefix: 'a-', MaxBuckets: 1 })).toEqual(['a-1 us-east-1']);
  expect(await list({ BucketRegion: 'eu-west-1' })).toEqual([]);
  expect(await list({})).toHaveLength(4);
  for (const MaxBuckets of [0, 10_001]) expect(await refusal(list({ MaxBuckets }))).toBe('400 InvalidArgument');
});

test('a bucket is made with its tags, or not at all', async () => {
  const keys = { accessKeyId: 'AKIAMAKER', secretAccessKey: 'secret' };
  const Statement = [{ Effect: 'Allow', Action: 's3:CreateBucket', Resource: '*' }];
  const policy = { Version: '2012-10-17', Statement };
  const other = await TestServer.start({ users: [{ name: 'maker', ...keys, policy }] });
  const Tags = [{ Key: 'a', Value: 'b + c' }];
  const create = new S3.CreateBucketCommand({ Bucket: 'tagged', CreateBucketConfiguration: { Tags } });
  expect(await refusal(other.clientOf(keys).send(create))).toBe('403 AccessDenied');
  await other.client.send(create);
  expect((await other.client.send(new S3.GetBucketTaggingCommand({ Bucket: 'tagged' }))).TagSet).toEqual(Tags);
  const body = '<CreateBucketConfiguration><Bucket><Type>Directory</Type></Bucket></CreateBucketConfiguration>';
  expect((await other.signed('PUT', '/directory', { body })).code).toBe('NotImplemented');
  await other.close();
});

test('lifecycle: rules get names, transitions are kept, and objects say when they go', async () => {
  const Rules: S3.LifecycleRule[] = [
    { Status: 'Enabled', Filter: { Prefix: '1/' }, Expiration: { Days: 3 } },
    { ID: 'by & by', Status: 'Enabled', Filter: { Prefix: '1/soon/' }, Expiration: { Days: 1 } },
    {
      ID: 'cold',
      Status: 'Enabled',
      Filter: { Prefix: '1/' },
      Transitions: [
        { Days: 30, StorageClass: 'STANDARD_IA' },
        { Days: 90, StorageClass: 'GLACIER' },
      ],
      NoncurrentVersionTransitions: [{ NoncurrentDays: 7, StorageClass: 'GLACIER_IR' }],
    },
  ];
  const at = { Bucket, LifecycleConfiguration: { Rules } };
  await server.client.send(new S3.PutBucketLifecycleConfigurationCommand(at));
  const read = await server.client.send(new S3.GetBucketLifecycleConfigurationCommand({ Bucket }));
  expect(read.TransitionDefaultMinimumObjectSize).toBe('all_storage_classes_128K');
  expect(read.Rules).toMatchObject(Rules);
  const name = read.Rules?.[0]?.ID ?? '';
  expect(name).toMatch(/^[\w-]{10,}$/);

  server.s3.clock.set(new Date('2026-03-01T12:00:00Z'));
  const client = server.clientOf(server.s3.credentials, {
    systemClockOffset: new Date('2026-03-01T12:00:00Z').getTime() - Date.now(),
  });
  const put = (Key: string) => client.send(new S3.PutObjectCommand({ Bucket, Key, Body: 'x' }));
  expect((await put('1/late')).Expiration).toBe(`expiry-date="Thu, 05 Mar 2026 00:00:00 GMT", rule-id="${name}"`);
  expect((await put('1/soon/a')).Expiration).toBe(
    'expiry-date="Tue, 03 Mar 2026 00:00:00 GMT", rule-id="by%20%26%20by"',
  );
  expect((await put('11/never')).Expiration).toBeUndefined();
  const { Expiration } = await client.send(new S3.HeadObjectCommand({ Bucket, Key: '1/soon/a' }));
  expect(Expiration).toContain('Tue, 03 Mar 2026');
  server.s3.clock.reset();
});

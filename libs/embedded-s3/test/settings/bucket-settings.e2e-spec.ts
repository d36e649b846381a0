import * as S3 from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { BUCKET, raw, refusal, TestServer } from '../kit.js';

let server: TestServer;
let client: S3.S3Client;
beforeEach(async () => {
  server = await TestServer.start();
  client = server.client;
});
afterEach(() => server.close());

const Bucket = BUCKET;
const app = 'https://app.example.com';
const CORSRules = [
  {
    AllowedOrigins: [app],
    AllowedMethods: ['PUT', 'POST', 'GET'],
    AllowedHeaders: ['content-type', 'x-amz-*'],
    ExposeHeaders: ['ETag'],
    MaxAgeSeconds: 300,
  },
];
const Rules: S3.LifecycleRule[] = [
  { ID: 'tmp', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } },
  {
    ID: 'abort',
    Status: 'Enabled',
    Filter: { Prefix: '' },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
  },
  { ID: 'old', Status: 'Enabled', Filter: { Prefix: 'v/' }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
];
const encryption = (SSEAlgorithm: S3.ServerSideEncryption) => ({
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm }, BucketKeyEnabled: true }],
});
const setOwnership = (ObjectOwnership: S3.ObjectOwnership) =>
  client.send(
    new S3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership }] } }),
  );
test('a new bucket is closed, encrypted, owned by its owner, and has nothing else', async () => {
  const { PublicAccessBlockConfiguration } = await client.send(new S3.GetPublicAccessBlockCommand({ Bucket }));
  expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
  const { OwnershipControls } = await client.send(new S3.GetBucketOwnershipControlsCommand({ Bucket }));
  expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
  const { ServerSideEncryptionConfiguration } = await client.send(new S3.GetBucketEncryptionCommand({ Bucket }));
  expect(ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm).toBe(
    'AES256',
  );
  expect(await refusal(client.send(new S3.GetBucketCorsCommand({ Bucket })))).toBe('404 NoSuchCORSConfiguration');
  expect(await refusal(client.send(new S3.GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe(
    '404 NoSuchLifecycleConfiguration',
  );
  expect(await refusal(client.send(new S3.GetBucketTaggingCommand({ Bucket })))).toBe('404 NoSuchTagSet');
});

test('settings are stored and deleted', async () => {
  await client.send(new S3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
  await client.send(new S3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
  await client.send(new S3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }));
  await setOwnership('BucketOwnerPreferred');
  expect((await client.send(new S3.GetBucketCorsCommand({ Bucket }))).CORSRules).toEqual(CORSRules);
  expect((await client.send(new S3.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toMatchObject(Rules);
  expect((await client.send(new S3.GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'a', Value: 'b' }]);
  const { OwnershipControls } = await client.send(new S3.GetBucketOwnershipControlsCommand({ Bucket }));
  expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'BucketOwnerPreferred' }]);
  await client.send(new S3.DeleteBucketCorsCommand({ Bucket }));
  await client.send(new S3.DeleteBucketLifecycleCommand({ Bucket }));
  await client.send(new S3.DeleteBucketTaggingCommand({ Bucket }));
  await client.send(new S3.DeleteBucketOwnershipControlsCommand({ Bucket }));
  await client.send(new S3.DeletePublicAccessBlockCommand({ Bucket }));
  expect(
    await Promise.all([
      refusal(client.send(new S3.GetBucketCorsCommand({ Bucket }))),
      refusal(client.send(new S3.GetBucketLifecycleConfigurationCommand({ Bucket }))),
      refusal(client.send(new S3.GetBucketTaggingCommand({ Bucket }))),
      refusal(client.send(new S3.GetBucketOwnershipControlsCommand({ Bucket }))),
      refusal(client.send(new S3.GetPublicAccessBlockCommand({ Bucket }))),
    ]),
  ).toEqual([
    '404 NoSuchCORSConfiguration',
    '404 NoSuchLifecycleConfiguration',
    '404 NoSuchTagSet',
    '404 OwnershipControlsNotFoundError',
    '404 NoSuchPublicAccessBlockConfiguration',
  ]);
});

test.each(['cors', 'lifecycle', 'encryption', 'publicAccessBlock', 'ownershipControls', 'tagging', 'versioning'])(
  'a ?%s that is no such document is MalformedXML and changes nothing',
  async (query) => {
    for (const body of ['<', '<Other/>', '<!DOCTYPE a><a/>', '']) {
      const answer = await server.signed('PUT', `/${BUCKET}`, { query: { [query]: '' }, body });
      expect([answer.status, answer.code]).toEqual([400, 'MalformedXML']);
    }
    expect(server.s3.requests.list().filter(({ status }) => status === 500)).toEqual([]);
  },
);

test.each([
  'accelerate',
  'logging',
  'notification',
  'website',
  'replication',
  'requestPayment',
  'analytics',
  'inventory',
])('?%s is not implemented, and says so to who sets it', async (query) => {
  const root = { logging: 'BucketLoggingStatus', notification: 'NotificationConfiguration' }[query];
  const body = `<${root ?? 'RequestPaymentConfiguration'}><On/></${root ?? 'RequestPaymentConfiguration'}>`;
  const answer = await server.signed('PUT', `/${BUCKET}`, { query: { [query]: '' }, body });
  expect([answer.status, answer.code]).toEqual([501, 'NotImplemented']);
});

test('default encryption counts for what does not say otherwise', async () => {
  const put = new S3.PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: encryption('aws:kms') });
  await client.send(put);
  expect(await server.put('a', 'x')).toMatchObject({ ServerSideEncryption: 'aws:kms', BucketKeyEnabled: true });
  expect((await server.put('b', 'x', { ServerSideEncryption: 'AES256' })).ServerSideEncryption).toBe('AES256');
  await client.send(new S3.DeleteBucketEncryptionCommand({ Bucket }));
  expect((await server.put('c', 'x')).ServerSideEncryption).toBe('AES256');
});

describe('CORS', () => {
  const ask = (origin: string, method: string, headers?: string) =>
    raw('OPTIONS', `${server.s3.endpoint}/${BUCKET}/a`, {
      headers: {
        origin,
        'access-control-request-method': method,
        ...(headers && { 'access-control-request-headers': headers }),
      },
    });
  const allowed = 'access-control-allow-origin';

  test('preflights', async () => {
    expect(await ask(app, 'PUT')).toMatchObject({ status: 403, code: 'AccessForbidden' });
    await client.send(new S3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    const yes = await ask(app, 'PUT', 'Content-Type, x-amz-server-side-encryption');
    expect([yes.status, yes.headers[allowed], yes.headers['access-control-max-age']]).toEqual([200, app, '300']);
    for (const no of [
      await ask('https://evil.test', 'PUT'),
      await ask(app, 'DELETE'),
      await ask(app, 'PUT', 'range'),
    ]) {
      expect([no.status, no.code, no.headers[allowed]]).toEqual([403, 'AccessForbidden', undefined]);
    }
    expect((await raw('OPTIONS', `${server.s3.endpoint}/${BUCKET}/a`)).status).toBe(400);
    expect((await ask(app, 'TRACE')).status).toBe(400);
  });

  test('answers, refusals among them, and only to allowed origins', async () => {
    await client.send(new S3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));
    await server.put('a', 'x');
    const url = await getSignedUrl(client, new S3.GetObjectCommand({ Bucket, Key: 'a' }), { expiresIn: 60 });
    const from = (origin: string, target = url) => raw('GET', target, { headers: { origin } });
    const { headers } = await from(app);
    expect([headers[allowed], headers['access-control-expose-headers']]).toEqual([app, 'ETag']);
    expect(headers.vary).toContain('Origin');
    expect((await from('https://evil.test')).headers[allowed]).toBeUndefined();
    const refused = await from(app, `${server.s3.endpoint}/${BUCKET}/a`);
    expect([refused.status, refused.headers[allowed]]).toEqual([403, app]);
  });
});

test('features of weaker stores', async () => {
  Object.assign(server.s3.features, { sse: false, blockPublicAccess: false, acl: false });
  expect(
    await Promise.all([
      refusal(client.send(new S3.GetBucketEncryptionCommand({ Bucket }))),
      refusal(client.send(new S3.GetPublicAccessBlockCommand({ Bucket }))),
      refusal(client.send(new S3.GetBucketAclCommand({ Bucket }))),
      refusal(client.send(new S3.GetBucketOwnershipControlsCommand({ Bucket }))),
    ]),
  ).toEqual(Array(4).fill('501 NotImplemented'));
});

import * as S3 from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { BUCKET, raw, refusal, TestServer } from './kit.js';

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
const blockPublic = (on: boolean) =>
  client.send(
    new S3.PutPublicAccessBlockCommand({
      Bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: on,
        IgnorePublicAcls: on,
        BlockPublicPolicy: on,
        RestrictPublicBuckets: on,
      },
    }),
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
])('?%s is not implemented, and says so', async (query) => {
  const answer = await server.signed('GET', `/${BUCKET}`, { query: { [query]: '' } });
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

describe('public access and ACLs', () => {
  const Policy = JSON.stringify({
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${BUCKET}/*` }],
  });
  const putPolicy = () => client.send(new S3.PutBucketPolicyCommand({ Bucket, Policy }));

  test('a public policy is refused while it is blocked', async () => {
    expect(await refusal(putPolicy())).toBe('403 AccessDenied');
    await blockPublic(false);
    await putPolicy();
    const { PolicyStatus } = await client.send(new S3.GetBucketPolicyStatusCommand({ Bucket }));
    expect(PolicyStatus?.IsPublic).toBe(true);
    expect((await raw('GET', `${server.s3.endpoint}/${BUCKET}/a`)).status).toBe(403);
  });

  test('where the owner owns everything, only ACLs that change nothing pass', async () => {
    await server.put('a', 'x', { ACL: 'private' });
    await server.put('a', 'x', { ACL: 'bucket-owner-full-control' });
    expect(await refusal(server.put('a', 'x', { ACL: 'public-read' }))).toBe('400 AccessControlListNotSupported');
    const put = (ACL: S3.ObjectCannedACL) => client.send(new S3.PutObjectAclCommand({ Bucket, Key: 'a', ACL }));
    expect(await refusal(put('private'))).toBe('400 AccessControlListNotSupported');
    expect(await refusal(client.send(new S3.PutBucketAclCommand({ Bucket, ACL: 'private' })))).toBe(
      '400 AccessControlListNotSupported',
    );
    const { Grants, Owner } = await client.send(new S3.GetObjectAclCommand({ Bucket, Key: 'a' }));
    expect(Grants).toMatchObject([{ Permission: 'FULL_CONTROL', Grantee: { ID: Owner?.ID, Type: 'CanonicalUser' } }]);
  });

  test('where ACLs count, public ones are still blocked until that is lifted', async () => {
    await setOwnership('ObjectWriter');
    expect(await refusal(server.put('a', 'x', { ACL: 'public-read' }))).toBe('403 AccessDenied');
    await blockPublic(false);
    await server.put('a', 'x', { ACL: 'public-read' });
    await client.send(new S3.PutBucketAclCommand({ Bucket, ACL: 'public-read-write' }));
    const groups = ({ Grants = [] }: S3.GetObjectAclCommandOutput) =>
      Grants.map(({ Grantee }) => Grantee?.URI).filter(Boolean);
    const AllUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';
    expect(groups(await client.send(new S3.GetObjectAclCommand({ Bucket, Key: 'a' })))).toEqual([AllUsers]);
    expect(groups(await client.send(new S3.GetBucketAclCommand({ Bucket })))).toEqual([AllUsers, AllUsers]);
    await client.send(new S3.PutObjectAclCommand({ Bucket, Key: 'a', ACL: 'private' }));
    expect(groups(await client.send(new S3.GetObjectAclCommand({ Bucket, Key: 'a' })))).toEqual([]);
  });

  test('grants in headers are refused', async () => {
    expect(await refusal(server.put('a', 'x', { GrantRead: 'uri="x"' }))).toBe('501 NotImplemented');
  });
});

describe('lifecycle', () => {
  const DAY = 86_400_000;
  /** When something that is written now and lives for a day comes due: at the midnight after the next. */
  const due = (): number => Math.ceil(Date.now() / DAY) * DAY + DAY;
  const applyAt = async (time: number) => {
    server.s3.clock.set(new Date(time));
    await server.s3.applyLifecycle();
    server.s3.clock.reset();
  };
  beforeEach(() =>
    client.send(new S3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } })),
  );

  test('expires what is due, and nothing before', async () => {
    for (const key of ['tmp/1/a', '1/tmp/a']) await server.put(key, 'x');
    const { UploadId } = await client.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: 'up' }));
    await client.send(new S3.UploadPartCommand({ Bucket, Key: 'up', UploadId, PartNumber: 1, Body: 'x' }));
    const uploads = async () =>
      (await client.send(new S3.ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0;
    await applyAt(due() - 1);
    expect([await server.keys(), await uploads()]).toEqual([['1/tmp/a', 'tmp/1/a'], 1]);
    await applyAt(due());
    expect([await server.keys(), await uploads()]).toEqual([['1/tmp/a'], 0]);
  });

  test('leaves a marker in a versioned bucket, and removes old versions', async () => {
    await client.send(new S3.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    for (const body of ['one', 'two']) for (const key of ['tmp/a', 'v/a']) await server.put(key, body);
    await applyAt(due());
    expect(await server.keys()).toEqual(['v/a']);
    const { Versions = [], DeleteMarkers = [] } = await client.send(new S3.ListObjectVersionsCommand({ Bucket }));
    expect(Versions.map(({ Key }) => Key)).toEqual(['tmp/a', 'tmp/a', 'v/a']);
    expect(DeleteMarkers.map(({ Key }) => Key)).toEqual(['tmp/a']);
    expect((await server.read('v/a')).toString()).toBe('two');
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

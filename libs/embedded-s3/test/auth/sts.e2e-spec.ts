import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient, STSServiceException } from '@aws-sdk/client-sts';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { BUCKET, raw, refusal, TestServer } from '../kit.js';

const ACCOUNT = '000000000000';
const app = { accessKeyId: 'AKIAAPP', secretAccessKey: 'secret of app' };
const other = { accessKeyId: 'AKIAOTHER', secretAccessKey: 'secret of other' };
const objects = `arn:aws:s3:::${BUCKET}`;
const allow = (...statements: [Action: string[], Resource: string][]) => ({
  Version: '2012-10-17',
  Statement: statements.map(([Action, Resource]) => ({ Effect: 'Allow', Action, Resource })),
});

let server: TestServer;
let clients: STSClient[] = [];
beforeEach(async () => {
  server = await TestServer.start({
    users: [
      {
        name: 'app',
        ...app,
        policy: allow([['sts:AssumeRole'], `arn:aws:iam::${ACCOUNT}:role/*`] as [string[], string]),
      },
      { name: 'other', ...other, policy: allow([['s3:*'], '*']) },
    ],
    roles: [
      {
        name: 'tenant',
        policy: allow([['s3:GetObject', 's3:PutObject'], `${objects}/\${aws:PrincipalTag/OrgId}/*`]),
        tags: { kind: 'role' },
      },
      { name: 'chain', policy: allow([['sts:AssumeRole'], '*']) },
      { name: 'reader', policy: allow([['s3:GetObject'], `${objects}/*`]), trust: ['other'] },
    ],
  });
  for (const key of ['1/a', '11/a']) await server.put(key, key);
});
afterEach(async () => {
  for (const client of clients) client.destroy();
  clients = [];
  await server.close();
});

const sts = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): STSClient => {
  const client = new STSClient({ region: 'us-east-1', endpoint: server.s3.endpoint, credentials, maxAttempts: 1 });
  clients.push(client);
  return client;
};
const assume = async (input: Partial<AssumeRoleCommandInput> = {}, as = app) => {
  const role = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/tenant`, RoleSessionName: 'org-1', ...input };
  const { Credentials, ...rest } = await sts(as).send(new AssumeRoleCommand(role));
  const {
    AccessKeyId: accessKeyId = '',
    SecretAccessKey: secretAccessKey = '',
    SessionToken: sessionToken = '',
  } = Credentials ?? {};
  return { credentials: { accessKeyId, secretAccessKey, sessionToken }, expiration: Credentials?.Expiration, ...rest };
};
const tenant = async (OrgId: string, input: Partial<AssumeRoleCommandInput> = {}): Promise<S3Client> =>
  server.clientOf((await assume({ Tags: [{ Key: 'OrgId', Value: OrgId }], ...input })).credentials);
const get = (client: S3Client, Key: string) => client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
const put = (client: S3Client, Key: string) => client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x' }));
const stsRefusal = async (call: Promise<unknown>): Promise<string> => {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof STSServiceException ? `${error.$metadata.httpStatusCode} ${error.name}` : String(error);
};
const DENIED = '403 AccessDenied';

test('a session has credentials of its own, for an hour', async () => {
  const before = Date.now();
  const { credentials, expiration, AssumedRoleUser, PackedPolicySize } = await assume();
  expect(credentials.accessKeyId).toMatch(/^ASIA/);
  // whole seconds
  expect(expiration?.getTime()).toBeGreaterThan(before + 3_600_000 - 1_000);
  expect(expiration?.getTime()).toBeLessThanOrEqual(Date.now() + 3_600_000);
  expect(AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/tenant/org-1`);
  expect(PackedPolicySize).toBe(0);
  const caller = await sts(credentials).send(new GetCallerIdentityCommand({}));
  expect(caller).toMatchObject({ Account: ACCOUNT, Arn: AssumedRoleUser?.Arn, UserId: AssumedRoleUser?.AssumedRoleId });
  const root = await sts(server.s3.credentials).send(new GetCallerIdentityCommand({}));
  expect(root).toMatchObject({ Account: ACCOUNT, Arn: `arn:aws:iam::${ACCOUNT}:root` });
});

test('tags of the session confine it to one organisation, by whatever way it asks', async () => {
  const one = await tenant('1');
  await get(one, '1/a');
  await put(one, '1/b');
  expect(await refusal(get(one, '11/a'))).toBe(DENIED);
  expect(await refusal(put(one, '11/b'))).toBe(DENIED);
  expect(await refusal(one.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: '1/a' })))).toBe(DENIED);
  expect(await refusal(one.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix: '1/' })))).toBe(DENIED);
  const url = (Key: string) => getSignedUrl(one, new GetObjectCommand({ Bucket: BUCKET, Key }), { expiresIn: 60 });
  expect((await raw('GET', await url('1/a'))).status).toBe(200);
  expect(await raw('GET', await url('11/a'))).toMatchObject({ status: 403, code: 'AccessDenied' });
});

test('forms signed by a session', async () => {
  const one = await tenant('1');
  const post = async (Key: string, drop = '') => {
    const { url, fields } = await createPresignedPost(one, { Bucket: BUCKET, Key });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) if (name !== drop) form.append(name, value);
    form.append('file', new Blob(['x']));
    const answer = await fetch(url, { method: 'POST', body: form });
    return `${answer.status} ${/<Code>(\w+)/.exec(await answer.text())?.[1] ?? ''}`.trim();
  };
  expect(await post('1/form')).toBe('204');
  expect(await post('11/form')).toBe(DENIED);
  expect(await post('1/form', 'X-Amz-Security-Token')).toBe('400 InvalidToken');
});

test('a session without the tag reaches nothing', async () => {
  const { credentials } = await assume();
  expect(await refusal(get(server.clientOf(credentials), '1/a'))).toBe(DENIED);
});

test('a session policy takes rights away and gives none', async () => {
  const Policy = JSON.stringify(
    allow([['s3:GetObject', 's3:ListBucket'], `${objects}/11/*`], [['s3:GetObject'], `${objects}/1/a`]),
  );
  const one = await tenant('1', { Policy });
  await get(one, '1/a');
  expect(await refusal(put(one, '1/a'))).toBe(DENIED);
  expect(await refusal(get(one, '11/a'))).toBe(DENIED);
});

test('a session ends by the clock of the server', async () => {
  const { credentials } = await assume({ DurationSeconds: 900, Tags: [{ Key: 'OrgId', Value: '1' }] });
  const client = server.clientOf(credentials, { systemClockOffset: 600_000 });
  server.s3.clock.advance(600_000);
  await get(client, '1/a');
  server.s3.clock.advance(300_000);
  expect(await refusal(get(client, '1/a'))).toBe('400 ExpiredToken');
});

test('a key of a session needs its token', async () => {
  const { credentials } = await assume({ Tags: [{ Key: 'OrgId', Value: '1' }] });
  const { accessKeyId, secretAccessKey } = credentials;
  expect(await refusal(get(server.clientOf({ accessKeyId, secretAccessKey }), '1/a'))).toBe('400 InvalidToken');
  const second = await assume();
  const mixed = { accessKeyId, secretAccessKey, sessionToken: second.credentials.sessionToken };
  expect(await refusal(get(server.clientOf(mixed), '1/a'))).toBe('400 InvalidToken');
});

test('who may assume a role', async () => {
  const reader = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/reader` };
  await assume(reader, other);
  expect(await stsRefusal(assume(reader))).toBe(DENIED);
  expect(await stsRefusal(assume(reader, server.s3.credentials))).toBe(DENIED);
  await assume({}, server.s3.credentials);
  expect(await stsRefusal(assume({}, other))).toBe(DENIED);
  expect(await stsRefusal(assume({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/absent` }))).toBe(DENIED);
  expect(await stsRefusal(assume({ RoleArn: 'arn:aws:iam::111122223333:role/tenant' }))).toBe(DENIED);
  const chain = await assume({ RoleArn: `arn:aws:iam::${ACCOUNT}:role/chain` });
  expect(await stsRefusal(assume({}, chain.credentials))).toBe(DENIED);
});

test('what STS refuses', async () => {
  expect(await stsRefusal(assume({ DurationSeconds: 60 }))).toBe('400 ValidationError');
  expect(await stsRefusal(assume({ Policy: '{}' }))).toBe('400 MalformedPolicyDocumentException');
  expect(await stsRefusal(assume({}, { ...app, secretAccessKey: 'wrong' }))).toBe('403 SignatureDoesNotMatch');
  expect(await stsRefusal(assume({}, { ...app, accessKeyId: 'AKIANOBODY' }))).toMatch(/^403 /);
  expect(
    (await raw('POST', `${server.s3.endpoint}/`, { body: 'Action=GetCallerIdentity&Version=2011-06-15' })).status,
  ).toBe(403);
});

test('a role or user whose policy is none keeps the server from starting', async () => {
  const roles = [{ name: 'r', policy: { Statement: [{ Effect: 'Maybe' }] } }];
  await expect(TestServer.start({ roles })).rejects.toThrow('Invalid effect');
});

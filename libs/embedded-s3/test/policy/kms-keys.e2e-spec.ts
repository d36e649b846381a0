import * as S3 from '@aws-sdk/client-s3';
import { BUCKET, refusal, TestServer } from '../kit.js';

const arn = (name: string) => `arn:aws:kms:us-east-1:000000000000:key/${name}`;
const [first, second, unknown] = ['first', 'second', 'unknown'].map(arn) as [string, string, string];
const ownKeys = { StringEquals: { 'aws:ResourceTag/OrgId': '${aws:PrincipalTag/OrgId}' } };
const throughS3 = { StringLike: { 'kms:ViaService': 's3.*.amazonaws.com' } };
const policy = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 's3:*', Resource: '*' },
    { Effect: 'Allow', Action: 'kms:*', Resource: 'arn:aws:kms:*:*:key/*', Condition: { ...ownKeys, ...throughS3 } },
  ],
};
const users = ['1', '11'].map((OrgId) => ({
  ...{ name: `org${OrgId}`, accessKeyId: `AKIAORG${OrgId}`, secretAccessKey: 'secret' },
  ...{ tags: { OrgId }, policy },
}));

let server: TestServer;
let one: S3.S3Client;
beforeAll(async () => {
  const kmsKeys = { [first]: { tags: { OrgId: '1' } }, [second]: { tags: { OrgId: '11' } } };
  server = await TestServer.start({ users, kmsKeys });
  one = server.clientOf({ accessKeyId: 'AKIAORG1', secretAccessKey: 'secret' });
});
afterAll(() => server.close());

const put = (SSEKMSKeyId: string, Key = 'a') =>
  new S3.PutObjectCommand({ Bucket: BUCKET, Key, Body: 'x', ServerSideEncryption: 'aws:kms', SSEKMSKeyId });
const get = (Key: string) => new S3.GetObjectCommand({ Bucket: BUCKET, Key });

test('who writes and reads needs the right to the key, and who reads the headers alone does not', async () => {
  expect(await refusal(one.send(put(second)))).toBe('403 AccessDenied');
  expect(await refusal(one.send(put(unknown)))).toBe('400 KMS.NotFoundException');
  await one.send(put(first));
  await one.send(get('a'));
  await server.client.send(put(second, 'b'));
  expect(await refusal(one.send(get('b')))).toBe('403 AccessDenied');
  const copy = { Bucket: BUCKET, Key: 'c', CopySource: `${BUCKET}/b` };
  expect(await refusal(one.send(new S3.CopyObjectCommand(copy)))).toBe('403 AccessDenied');
  const head = await one.send(new S3.HeadObjectCommand({ Bucket: BUCKET, Key: 'b' }));
  expect(head).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: second });
});

test('with a key that is to be deleted nobody writes or reads, the account itself included', async () => {
  await server.client.send(put(second, 'd'));
  server.s3.kmsKeys?.set(second, { pendingDeletion: true });
  expect(await refusal(server.client.send(get('d')))).toBe('400 KMS.KMSInvalidStateException');
  expect(await refusal(server.client.send(put(second, 'd')))).toBe('400 KMS.KMSInvalidStateException');
});

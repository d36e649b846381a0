import * as S3 from '@aws-sdk/client-s3';
import { BUCKET, refusal, TestServer } from '../kit.js';

const LOCKED = 'locked-files';
const Bucket = BUCKET;
const DENIED = '403 AccessDenied';
const DAY = 86_400_000;

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start();
  await server.client.send(new S3.CreateBucketCommand({ Bucket: LOCKED, ObjectLockEnabledForBucket: true }));
  await server.put('11/there', 'x');
});
afterEach(async () => {
  for (const name of [BUCKET, LOCKED]) await server.client.send(new S3.DeleteBucketPolicyCommand({ Bucket: name }));
});
afterAll(() => server.close());

const deny = (Action: string, Condition: object, bucket = BUCKET) => {
  const Resource = `arn:aws:s3:::${bucket}/*`;
  const Statement = [{ Effect: 'Deny', Principal: '*', Action, Resource, Condition }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  return server.client.send(new S3.PutBucketPolicyCommand({ Bucket: bucket, Policy }));
};

test.each([
  's3:NoSuchKey',
  's3:x-amz-nothing',
  'aws:NoSuchKey',
  'aws:RequestTag/a',
  's3:ExistingObjectTag/',
  'aws:PrincipalTag',
  'dynamodb:LeadingKeys',
  'nonsense',
  ':',
])('a Deny that asks for %j would never hold: the policy is refused', async (key) => {
  expect(await refusal(deny('s3:PutObject', { StringEquals: { [key]: 'a' } }))).toBe('400 MalformedPolicy');
  expect(await refusal(deny('s3:PutObject', { Null: { [key]: 'true' } }))).toBe('400 MalformedPolicy');
});

test('conditional writes are enforced, uploads in parts among them', async () => {
  // the policy of the S3 User Guide, "Enforce conditional writes on Amazon S3 buckets"
  await deny('s3:PutObject', { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } });
  expect(await refusal(server.put('1/a', 'x'))).toBe(DENIED);
  await server.put('1/a', 'x', { IfNoneMatch: '*' });
  const copy = new S3.CopyObjectCommand({ Bucket, Key: '1/c', CopySource: `${BUCKET}/11/there` });
  expect(await refusal(server.client.send(copy))).toBe(DENIED);

  const at = { Bucket, Key: '1/b' };
  const { UploadId } = await server.client.send(new S3.CreateMultipartUploadCommand(at));
  const part = { ...at, UploadId, PartNumber: 1 };
  await server.client.send(new S3.UploadPartCopyCommand({ ...part, CopySource: `${BUCKET}/11/there` }));
  const { ETag } = await server.client.send(new S3.UploadPartCommand({ ...part, Body: 'x' }));
  const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
  const done = { ...at, UploadId, MultipartUpload };
  expect(await refusal(server.client.send(new S3.CompleteMultipartUploadCommand(done)))).toBe(DENIED);
  await server.client.send(new S3.CompleteMultipartUploadCommand({ ...done, IfNoneMatch: '*' }));
});

test('how long something is kept can be limited, in headers and in documents', async () => {
  const until = (days: number): Date => new Date(Date.now() + days * DAY);
  await deny(
    's3:PutObjectRetention',
    { NumericGreaterThan: { 's3:object-lock-remaining-retention-days': '10' } },
    LOCKED,
  );
  const put = (days: number) =>
    server.put('1/kept', 'x', {
      Bucket: LOCKED,
      ObjectLockMode: 'GOVERNANCE',
      ObjectLockRetainUntilDate: until(days),
    });
  const retain = (days: number) =>
    server.client.send(
      new S3.PutObjectRetentionCommand({
        Bucket: LOCKED,
        Key: '1/kept',
        Retention: { Mode: 'GOVERNANCE', RetainUntilDate: until(days) },
      }),
    );
  expect(await refusal(put(100))).toBe(DENIED);
  await put(9);
  expect(await refusal(retain(100))).toBe(DENIED);
  await retain(10);

  await deny('s3:PutObjectRetention', { StringEquals: { 's3:object-lock-mode': 'GOVERNANCE' } }, LOCKED);
  expect(await refusal(retain(10))).toBe(DENIED);
  await deny('s3:PutObjectLegalHold', { StringEquals: { 's3:object-lock-legal-hold': 'OFF' } }, LOCKED);
  const hold = (Status: S3.ObjectLockLegalHoldStatus) =>
    server.client.send(new S3.PutObjectLegalHoldCommand({ Bucket: LOCKED, Key: '1/kept', LegalHold: { Status } }));
  await hold('ON');
  expect(await refusal(hold('OFF'))).toBe(DENIED);
});

test('a list of uploads has none of the keys of a list of objects', async () => {
  // Service Authorization Reference, "Actions defined by Amazon S3": s3:ListBucketMultipartUploads has no s3:prefix
  const Action = 's3:ListBucketMultipartUploads';
  const Resource = `arn:aws:s3:::${BUCKET}`;
  const Condition = { Null: { 's3:prefix': 'true' } };
  const Statement = [{ Effect: 'Deny', Principal: '*', Action, Resource, Condition }];
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await server.client.send(new S3.PutBucketPolicyCommand({ Bucket, Policy }));
  const list = new S3.ListMultipartUploadsCommand({ Bucket, Prefix: '1/' });
  expect(await refusal(server.client.send(list))).toBe(DENIED);
});

test('what a key says of the requester is there', async () => {
  await deny('s3:GetObject', { Bool: { 'aws:ViaAWSService': 'false' } });
  expect(await refusal(server.get('11/there'))).toBe(DENIED);
  await deny('s3:GetObject', { StringEquals: { 'aws:ResourceAccount': '000000000000' } });
  expect(await refusal(server.get('11/there'))).toBe(DENIED);
  // an access key that does not expire has no time of issue
  await deny('s3:GetObject', { Null: { 'aws:TokenIssueTime': 'false' } });
  await server.get('11/there');
});

test('an identity’s policy may speak of other services, not of unknown keys of this one', async () => {
  const keys = { accessKeyId: 'AKIAX', secretAccessKey: 'x' };
  const start = (key: string) => {
    const Condition = { StringEquals: { [key]: 'a' } };
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Deny', Action: '*', Resource: '*', Condition }] };
    return TestServer.start({ users: [{ name: 'x', ...keys, policy }] });
  };
  await expect(start('s3:NoSuchKey')).rejects.toThrow('condition key');
  await expect(start('sts:NoSuchKey')).rejects.toThrow('condition key');
  await (await start('kms:ViaService')).close();
});

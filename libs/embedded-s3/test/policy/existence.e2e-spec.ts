import * as S3 from '@aws-sdk/client-s3';
import { BUCKET, refusal, TestServer } from '../kit.js';

/*
 * Who may not list a bucket is not told which keys are missing, whatever is asked. Sources: S3 API reference, "HeadObject"
 * and "GetObjectAttributes" (403 without s3:ListBucket); S3 User Guide, "How to prevent object overwrites with
 * conditional writes" and "How to perform conditional deletes" (If-Match needs s3:GetObject).
 */
const KEYS = { accessKeyId: 'AKIAWARD', secretAccessKey: 'secret of the ward' };
const LISTER = { accessKeyId: 'AKIALISTER', secretAccessKey: 'secret of the lister' };
const WRITER = { accessKeyId: 'AKIAWRITER', secretAccessKey: 'secret of the writer' };
const LOCKED = 'locked-files';
const Bucket = BUCKET;
const Key = '1/absent';
const Tagging = { TagSet: [] };
const RetainUntilDate = new Date(Date.now() + 86_400_000);
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const allow = (Action: string[], Resource: string | string[]) => ({ Effect: 'Allow', Action, Resource });
const ofOne = allow(['s3:*Object*', 's3:BypassGovernanceRetention'], 'arn:aws:s3:::*/1/*');

let server: TestServer;
let ward: S3.S3Client;
let lister: S3.S3Client;
let writer: S3.S3Client;
beforeAll(async () => {
  const mayList = allow(['s3:ListBucket'], 'arn:aws:s3:::*');
  const mayWrite = allow(['s3:PutObject', 's3:DeleteObject'], 'arn:aws:s3:::*/1/*');
  server = await TestServer.start({
    users: [
      { name: 'ward', ...KEYS, policy: policy(ofOne) },
      { name: 'lister', ...LISTER, policy: policy(ofOne, mayList) },
      { name: 'writer', ...WRITER, policy: policy(mayWrite) },
    ],
  });
  [ward, lister, writer] = [server.clientOf(KEYS), server.clientOf(LISTER), server.clientOf(WRITER)];
  await server.client.send(new S3.CreateBucketCommand({ Bucket: LOCKED, ObjectLockEnabledForBucket: true }));
  const OwnershipControls: S3.OwnershipControls = { Rules: [{ ObjectOwnership: 'ObjectWriter' }] };
  await server.client.send(new S3.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
  for (const key of ['1/there', '11/there']) await server.put(key, key);
});
afterAll(() => server.close());

type Call = (client: S3.S3Client) => Promise<unknown>;
const CopySource = `${BUCKET}/${Key}`;
const upload = async (key: string): Promise<string> =>
  (await server.client.send(new S3.CreateMultipartUploadCommand({ Bucket, Key: key }))).UploadId ?? '';

const calls: [string, Call][] = [
  ['GetObject', (client) => client.send(new S3.GetObjectCommand({ Bucket, Key }))],
  ['GetObject of a version', (client) => client.send(new S3.GetObjectCommand({ Bucket, Key, VersionId: 'x' }))],
  ['GetObject, If-Match', (client) => client.send(new S3.GetObjectCommand({ Bucket, Key, IfMatch: '"x"' }))],
  ['GetObject, If-None-Match', (client) => client.send(new S3.GetObjectCommand({ Bucket, Key, IfNoneMatch: '*' }))],
  ['GetObject of a part', (client) => client.send(new S3.GetObjectCommand({ Bucket, Key, PartNumber: 1 }))],
  ['HeadObject', (client) => client.send(new S3.HeadObjectCommand({ Bucket, Key }))],
  [
    'GetObjectAttributes',
    (client) => client.send(new S3.GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ETag'] })),
  ],
  ['GetObjectTagging', (client) => client.send(new S3.GetObjectTaggingCommand({ Bucket, Key }))],
  ['PutObjectTagging', (client) => client.send(new S3.PutObjectTaggingCommand({ Bucket, Key, Tagging }))],
  ['DeleteObjectTagging', (client) => client.send(new S3.DeleteObjectTaggingCommand({ Bucket, Key }))],
  ['GetObjectAcl', (client) => client.send(new S3.GetObjectAclCommand({ Bucket, Key }))],
  ['PutObjectAcl', (client) => client.send(new S3.PutObjectAclCommand({ Bucket, Key, ACL: 'private' }))],
  ['GetObjectRetention', (client) => client.send(new S3.GetObjectRetentionCommand({ Bucket: LOCKED, Key }))],
  [
    'PutObjectRetention',
    (client) =>
      client.send(
        new S3.PutObjectRetentionCommand({ Bucket: LOCKED, Key, Retention: { Mode: 'GOVERNANCE', RetainUntilDate } }),
      ),
  ],
  ['GetObjectLegalHold', (client) => client.send(new S3.GetObjectLegalHoldCommand({ Bucket: LOCKED, Key }))],
  [
    'PutObjectLegalHold',
    (client) => client.send(new S3.PutObjectLegalHoldCommand({ Bucket: LOCKED, Key, LegalHold: { Status: 'ON' } })),
  ],
  ['CopyObject', (client) => client.send(new S3.CopyObjectCommand({ Bucket, Key: '1/copy', CopySource }))],
  [
    'CopyObject of a version',
    (client) =>
      client.send(new S3.CopyObjectCommand({ Bucket, Key: '1/copy', CopySource: `${CopySource}?versionId=x` })),
  ],
  [
    'CopyObject onto it, If-Match',
    (client) => client.send(new S3.CopyObjectCommand({ Bucket, Key, CopySource: `${BUCKET}/1/there`, IfMatch: '"x"' })),
  ],
  [
    'UploadPartCopy',
    async (client) => {
      const part = { Bucket, Key: '1/parts', UploadId: await upload('1/parts'), PartNumber: 1, CopySource };
      return client.send(new S3.UploadPartCopyCommand(part));
    },
  ],
  ['PutObject, If-Match', (client) => client.send(new S3.PutObjectCommand({ Bucket, Key, Body: 'x', IfMatch: '"x"' }))],
  ['DeleteObject, If-Match', (client) => client.send(new S3.DeleteObjectCommand({ Bucket, Key, IfMatch: '"x"' }))],
  [
    'DeleteObjects, ETag',
    async (client) => {
      const Delete = { Objects: [{ Key, ETag: '"x"' }] };
      const { Errors = [] } = await client.send(new S3.DeleteObjectsCommand({ Bucket, Delete }));
      const Code = Errors[0]?.Code ?? 'none';
      const httpStatusCode = Code === 'AccessDenied' ? 403 : 404;
      throw Object.assign(new S3.S3ServiceException({ name: Code, $fault: 'client', $metadata: { httpStatusCode } }), {
        Code,
      });
    },
  ],
  [
    'CompleteMultipartUpload, If-Match',
    async (client) => {
      const of = { Bucket, Key, UploadId: await upload(Key) };
      const { ETag } = await server.client.send(new S3.UploadPartCommand({ ...of, PartNumber: 1, Body: 'x' }));
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
      return client.send(new S3.CompleteMultipartUploadCommand({ ...of, MultipartUpload, IfMatch: '"x"' }));
    },
  ],
];

test.each(calls)('%s of an absent key: 403 to who may not list, 404 to who may', async (_, call) => {
  expect(await refusal(call(ward))).toMatch(/^403 /);
  expect(await refusal(call(lister))).toMatch(/^404 /);
});

test('an ETag is compared for those only who may read', async () => {
  const key = { Bucket, Key: '1/there' };
  const { ETag } = await server.head('1/there');
  for (const IfMatch of [ETag, '"00000000000000000000000000000000"', '*']) {
    const writes = [
      new S3.PutObjectCommand({ ...key, Body: 'changed', IfMatch }),
      new S3.DeleteObjectCommand({ ...key, IfMatch }),
      new S3.CopyObjectCommand({ ...key, CopySource: `${BUCKET}/1/there`, IfMatch }),
    ];
    const [put, remove, copy] = writes as [S3.PutObjectCommand, S3.DeleteObjectCommand, S3.CopyObjectCommand];
    expect(await refusal(writer.send(put))).toBe('403 AccessDenied');
    expect(await refusal(writer.send(remove))).toBe('403 AccessDenied');
    expect(await refusal(writer.send(copy))).toBe('403 AccessDenied');
    const Delete = { Objects: [{ Key: '1/there', ETag: IfMatch }] };
    const { Errors } = await writer.send(new S3.DeleteObjectsCommand({ Bucket, Delete }));
    expect(Errors).toMatchObject([{ Code: 'AccessDenied' }]);
  }
  expect((await server.read('1/there')).toString()).toBe('1/there');
  expect(await refusal(ward.send(new S3.PutObjectCommand({ ...key, Body: 'x', IfMatch: '"other"' })))).toBe(
    '412 PreconditionFailed',
  );
});

test('a version that exists is given although the key has a delete marker', async () => {
  const { VersionId } = await server.put('1/hidden', 'x', { Bucket: LOCKED });
  await server.client.send(new S3.DeleteObjectCommand({ Bucket: LOCKED, Key: '1/hidden' }));
  const at = { Bucket: LOCKED, Key: '1/hidden' };
  const { Body } = await ward.send(new S3.GetObjectCommand({ ...at, VersionId }));
  expect(await Body?.transformToString()).toBe('x');
  expect(await refusal(ward.send(new S3.GetObjectCommand(at)))).toBe('403 AccessDenied');
});

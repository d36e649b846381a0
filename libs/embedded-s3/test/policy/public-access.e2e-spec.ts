import * as S3 from '@aws-sdk/client-s3';
import { BUCKET, raw, refusal, TestServer } from '../kit.js';

let server: TestServer;
let client: S3.S3Client;
beforeEach(async () => {
  server = await TestServer.start();
  client = server.client;
});
afterEach(() => server.close());

const Bucket = BUCKET;
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

  test('a bucket may be made with another ownership, and with no public ACL', async () => {
    const make = (name: string, more: Partial<S3.CreateBucketCommandInput>) =>
      client.send(new S3.CreateBucketCommand({ Bucket: name, ...more }));
    await make('writers', { ObjectOwnership: 'ObjectWriter', ACL: 'private' });
    const { OwnershipControls } = await client.send(new S3.GetBucketOwnershipControlsCommand({ Bucket: 'writers' }));
    expect(OwnershipControls?.Rules).toEqual([{ ObjectOwnership: 'ObjectWriter' }]);
    expect(await refusal(make('public-1', { ACL: 'public-read' }))).toBe('400 AccessControlListNotSupported');
    expect(await refusal(make('public-2', { ObjectOwnership: 'ObjectWriter', ACL: 'public-read' }))).toBe(
      '403 AccessDenied',
    );
    expect(await refusal(make('nobody', { ObjectOwnership: 'Nobody' as S3.ObjectOwnership }))).toBe(
      '400 InvalidArgument',
    );
    const { Buckets = [] } = await client.send(new S3.ListBucketsCommand({}));
    expect(Buckets.map(({ Name }) => Name)).toEqual([BUCKET, 'writers']);
  });
});

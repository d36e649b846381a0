import { publicAccessBlockOf } from '../../acl/public-access.js';
import { S3Error } from '../../errors/s3-error.js';
import { noContent, xmlAnswer, type Answer } from '../../http/answer.js';
import { isPublic, MAX_BUCKET_POLICY, parsePolicy, PolicyError, type PolicyDocument } from '../../policy/index.js';
import type { Context, Operation } from '../../request/context.js';
import { readDocument } from '../../request/document.js';
import { requires } from '../../request/requires.js';
import { settingOf, withoutSetting, withSetting } from '../../settings/bucket-settings.js';

async function putBucketPolicy(ctx: Context): Promise<Answer> {
  const text = (await readDocument(ctx, 2 * MAX_BUCKET_POLICY)).toString('utf8');
  const { store, features } = ctx.s3;
  const bucket = store.bucket(ctx.bucket);
  const blocked = features.blockPublicAccess && publicAccessBlockOf(bucket)?.BlockPublicPolicy;
  if (isPublic(parse(text, ctx.bucket)) && blocked)
    throw new S3Error('AccessDenied', 'Public policies are prevented by the BlockPublicPolicy setting of the bucket.');
  store.commit({ type: 'bucket', bucket: withSetting(bucket, 'policy', text) });
  return noContent();
}

function parse(text: string, bucket: string): PolicyDocument {
  try {
    return parsePolicy(text, { bucket });
  } catch (error) {
    if (error instanceof PolicyError) throw new S3Error('MalformedPolicy', error.message);
    throw error;
  }
}

function getBucketPolicy(ctx: Context): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: stored(ctx) };
}

function deleteBucketPolicy({ s3: { store }, bucket }: Context): Answer {
  store.commit({ type: 'bucket', bucket: withoutSetting(store.bucket(bucket), 'policy') });
  return noContent();
}

const getBucketPolicyStatus = (ctx: Context): Answer =>
  xmlAnswer('PolicyStatus', { IsPublic: isPublic(parse(stored(ctx), ctx.bucket)) });

function stored({ s3, bucket }: Context): string {
  const text = settingOf(s3.store.bucket(bucket), 'policy');
  if (text === undefined) throw new S3Error('NoSuchBucketPolicy', undefined, { BucketName: bucket });
  return text;
}

const policy = { level: 'bucket', query: 'policy' } as const;

export const bucketPolicyOperations: readonly Operation[] = [
  {
    ...policy,
    name: 'PutBucketPolicy',
    method: 'PUT',
    action: 's3:PutBucketPolicy',
    run: requires('bucketPolicy', putBucketPolicy),
  },
  {
    ...policy,
    name: 'GetBucketPolicy',
    method: 'GET',
    action: 's3:GetBucketPolicy',
    run: requires('bucketPolicy', getBucketPolicy),
  },
  {
    ...policy,
    name: 'DeleteBucketPolicy',
    method: 'DELETE',
    action: 's3:DeleteBucketPolicy',
    run: requires('bucketPolicy', deleteBucketPolicy),
  },
  {
    name: 'GetBucketPolicyStatus',
    method: 'GET',
    level: 'bucket',
    query: 'policyStatus',
    action: 's3:GetBucketPolicyStatus',
    run: requires('bucketPolicy', getBucketPolicyStatus),
  },
];

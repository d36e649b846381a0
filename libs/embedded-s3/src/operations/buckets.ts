import { withCreationHeaders } from '../config/index.js';
import { noContent, xmlAnswer, type Answer } from '../http/answer.js';
import { S3Error } from '../http/s3-error.js';
import { readXml } from '../http/xml-reader.js';
import type { BucketRecord } from '../store/records.js';
import type { Context, Operation, S3 } from './context.js';
import { readDocument } from './document.js';

/** "Bucket naming rules", Amazon S3 user guide. */
const isBucketName = (name: string): boolean =>
  /^[a-z0-9](?:[a-z0-9-]|\.(?![.-])){1,61}[a-z0-9]$/.test(name) &&
  !/-\.|^\d+\.\d+\.\d+\.\d+$|^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|\.mrap)$/.test(name);

/** A bucket as it is when new. @throws S3Error InvalidBucketName */
export function createBucketRecord(s3: S3, name: string, objectLock = false): BucketRecord {
  if (!isBucketName(name)) throw new S3Error('InvalidBucketName', undefined, { BucketName: name });
  const createdAt = s3.clock.now().getTime();
  return { name, createdAt, objectLock, ...(objectLock && { versioning: 'Enabled' }), config: {} };
}

async function createBucket(ctx: Context): Promise<Answer> {
  const { s3, bucket, request } = ctx;
  const objectLock = request.headers['x-amz-bucket-object-lock-enabled'] === 'true';
  const record = withCreationHeaders(createBucketRecord(s3, bucket, objectLock), request.headers);
  const body = await readDocument(ctx);
  const location =
    body.length > 0 ? readXml(body, 'CreateBucketConfiguration').textOf('LocationConstraint') : undefined;
  if (location && location !== s3.region) {
    throw new S3Error(
      'InvalidRequest',
      `The location constraint ${location} is not the region of this server, ${s3.region}.`,
    );
  }
  if (s3.store.findBucket(bucket)) throw new S3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: bucket });
  s3.store.commit({ type: 'bucket', bucket: record });
  return { status: 200, headers: { location: `/${bucket}` } };
}

function deleteBucket({ s3, bucket }: Context): Answer {
  if (!s3.store.objects(bucket).isEmpty) throw new S3Error('BucketNotEmpty', undefined, { BucketName: bucket });
  const uploads = s3.store.uploads(bucket).map(({ id }) => ({ type: 'removeUpload' as const, uploadId: id }));
  s3.store.commit(...uploads, { type: 'removeBucket', name: bucket });
  return noContent();
}

const headBucket = ({ s3 }: Context): Answer => ({ status: 200, headers: { 'x-amz-bucket-region': s3.region } });

function getBucketLocation({ s3 }: Context): Answer {
  return xmlAnswer('LocationConstraint', s3.region === 'us-east-1' ? {} : { '#text': s3.region });
}

function listBuckets({ s3, request }: Context): Answer {
  const prefix = request.query.get('prefix') ?? '';
  const Bucket = s3.store
    .buckets()
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, createdAt }) => ({ Name: name, CreationDate: new Date(createdAt).toISOString() }));
  return xmlAnswer('ListAllMyBucketsResult', { Owner: owner(s3), Buckets: { Bucket } });
}

/** The account is the only owner there is. */
export const owner = ({ accountId }: S3): { ID: string; DisplayName: string } => ({
  ID: accountId.repeat(6).slice(0, 64),
  DisplayName: accountId,
});

export const bucketOperations: readonly Operation[] = [
  {
    name: 'ListBuckets',
    method: 'GET',
    level: 'service',
    params: ['prefix'],
    action: 's3:ListAllMyBuckets',
    run: listBuckets,
  },
  {
    name: 'CreateBucket',
    method: 'PUT',
    level: 'bucket',
    action: 's3:CreateBucket',
    bucketExists: false,
    run: createBucket,
  },
  { name: 'DeleteBucket', method: 'DELETE', level: 'bucket', action: 's3:DeleteBucket', run: deleteBucket },
  { name: 'HeadBucket', method: 'HEAD', level: 'bucket', action: 's3:ListBucket', run: headBucket },
  {
    name: 'GetBucketLocation',
    method: 'GET',
    level: 'bucket',
    query: 'location',
    action: 's3:GetBucketLocation',
    run: getBucketLocation,
  },
];

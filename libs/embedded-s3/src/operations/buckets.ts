import { withCreationHeaders, withoutSetting, withSetting } from '../config/index.js';
import { noContent, xmlAnswer, type Answer } from '../http/answer.js';
import { S3Error } from '../http/s3-error.js';
import { readXml, type XmlElement } from '../http/xml-reader.js';
import { xmlDocument } from '../http/xml-writer.js';
import type { BucketRecord } from '../store/records.js';
import { authorise } from './authorise.js';
import type { Context, Operation, S3 } from './context.js';
import { readDocument } from './document.js';
import { page, readToken, writeToken } from './listing.js';
import { readTags, tagSet, type Tags } from './tag-set.js';

const DEFAULT_REGION = 'us-east-1';
const MAX_BUCKETS = 10_000;
const LIST_PARAMS = ['prefix', 'max-buckets', 'continuation-token', 'bucket-region'];

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
  const configuration = body.length > 0 ? readXml(body, 'CreateBucketConfiguration') : undefined;
  checkLocation(s3, configuration?.textOf('LocationConstraint') || undefined);
  const tags = configuration ? requestedTags(ctx, configuration) : {};
  const existing = s3.store.findBucket(bucket);
  if (existing && s3.region !== DEFAULT_REGION)
    throw new S3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: bucket });
  // the default region lets one make one's own bucket again: S3 API reference, "CreateBucket", BucketAlreadyOwnedByYou
  const made = existing
    ? withoutSetting(existing, 'acl')
    : Object.keys(tags).length > 0
      ? withSetting(record, 'tagging', xmlDocument('Tagging', tagSet(tags)))
      : record;
  s3.store.commit({ type: 'bucket', bucket: made });
  return { status: 200, headers: { location: `/${bucket}` } };
}

function checkLocation({ region }: S3, location: string | undefined): void {
  if (location === region || (location === undefined && region === DEFAULT_REGION)) return;
  throw new S3Error(
    'IllegalLocationConstraintException',
    `The ${location ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

/** Tags of a bucket from its beginning. Whatever else the document says is for directory buckets. */
function requestedTags(ctx: Context, configuration: XmlElement): Tags {
  const unknown = configuration.names.find((name) => !['LocationConstraint', 'Tags'].includes(name));
  if (unknown) throw new S3Error('NotImplemented', undefined, { Element: unknown });
  const tags = configuration.one('Tags');
  if (!tags) return {};
  authorise(ctx, { action: 's3:TagResource', bucket: ctx.bucket, key: '' });
  return readTags(tags, 50);
}

function deleteBucket({ s3, bucket }: Context): Answer {
  if (!s3.store.objects(bucket).isEmpty) throw new S3Error('BucketNotEmpty', undefined, { BucketName: bucket });
  const uploads = s3.store.uploads(bucket).map(({ id }) => ({ type: 'removeUpload' as const, uploadId: id }));
  s3.store.commit(...uploads, { type: 'removeBucket', name: bucket });
  return noContent();
}

const headBucket = ({ s3 }: Context): Answer => ({ status: 200, headers: { 'x-amz-bucket-region': s3.region } });

function getBucketLocation({ s3 }: Context): Answer {
  return xmlAnswer('LocationConstraint', s3.region === DEFAULT_REGION ? {} : { '#text': s3.region });
}

/** With any of its parameters a page, which tells the buckets' region as well: S3 API reference, "ListBuckets". */
function listBuckets({ s3, request: { query } }: Context): Answer {
  const prefix = query.get('prefix') ?? '';
  const after = readToken(query.get('continuation-token'));
  const here = (query.get('bucket-region') ?? s3.region) === s3.region;
  const buckets = s3.store.buckets().filter(({ name }) => here && name.startsWith(prefix) && name > after);
  const { taken, truncated } = page(buckets, maxBuckets(query.get('max-buckets')));
  const paged = LIST_PARAMS.some((name) => query.has(name));
  const Bucket = taken.map(({ name, createdAt }) => ({
    Name: name,
    CreationDate: new Date(createdAt).toISOString(),
    BucketRegion: paged ? s3.region : undefined,
  }));
  return xmlAnswer('ListAllMyBucketsResult', {
    Owner: owner(s3),
    Buckets: { Bucket },
    Prefix: query.get('prefix'),
    ContinuationToken: truncated ? writeToken(taken.at(-1)?.name ?? '') : undefined,
  });
}

function maxBuckets(text = String(MAX_BUCKETS)): number {
  const max = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (max < 1 || max > MAX_BUCKETS)
    throw new S3Error('InvalidArgument', `Argument max-buckets must be an integer between 1 and ${MAX_BUCKETS}.`);
  return max;
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
    params: LIST_PARAMS,
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

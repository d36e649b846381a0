import { withCreationHeaders } from '../../acl/new-bucket.js';
import { S3Error } from '../../errors/s3-error.js';
import { noContent, xmlAnswer, type Answer } from '../../http/answer.js';
import { authorise } from '../../request/authorise.js';
import type { Context, Operation } from '../../request/context.js';
import { readDocument } from '../../request/document.js';
import type { S3 } from '../../s3.js';
import { withoutSetting, withSetting } from '../../settings/bucket-settings.js';
import { readTags, tagSet, type Tags } from '../../tags/tag-set.js';
import { readXml, type XmlElement } from '../../xml/xml-reader.js';
import { xmlDocument } from '../../xml/xml-writer.js';
import { createBucketRecord } from './bucket-record.js';

const DEFAULT_REGION = 'us-east-1';

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

export const bucketOperations: readonly Operation[] = [
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

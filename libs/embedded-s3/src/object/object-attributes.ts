import { requestedAcl } from '../acl/canned-acl.js';
import { requestedEncryption } from '../encryption/requested-encryption.js';
import { S3Error } from '../errors/s3-error.js';
import { requestedLock } from '../lock/object-lock.js';
import { authorise } from '../request/authorise.js';
import type { Context } from '../request/context.js';
import type { ObjectAttributes } from '../store/records.js';
import { readTaggingHeader, type Tags } from '../tags/tag-set.js';

const KEPT = ['cache-control', 'content-disposition', 'content-language', 'expires'] as const;
const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
];
/** What they hold cannot be read at once, or not by this endpoint. */
const OTHER_STORAGE_CLASSES = ['GLACIER', 'DEEP_ARCHIVE', 'OUTPOSTS', 'SNOW', 'EXPRESS_ONEZONE', 'FSX_OPENZFS'];
const MAX_METADATA = 2 * 1024;
const META = 'x-amz-meta-';

/** Everything the headers of a write say about the new object. */
export function readAttributes(ctx: Context): ObjectAttributes {
  return {
    ...readDescription(ctx),
    tags: requestedTags(ctx),
    encryption: requestedEncryption(ctx),
    storageClass: storageClass(ctx),
    acl: requestedAcl(ctx),
    ...requestedLock(ctx),
  };
}

/** Standard headers and user metadata: what a copy takes along unless told to replace it. */
function readDescription({ request }: Context): Pick<ObjectAttributes, 'headers' | 'metadata'> {
  const headers: Record<string, string> = { 'content-type': request.headers['content-type'] ?? 'binary/octet-stream' };
  for (const name of KEPT) if (request.headers[name] !== undefined) headers[name] = request.headers[name];
  const encoding = contentEncoding(request.headers['content-encoding']);
  if (encoding) headers['content-encoding'] = encoding;
  const entries = Object.entries(request.headers).filter((entry): entry is [string, string] =>
    entry[0].startsWith(META),
  );
  const metadata = Object.fromEntries(entries.map(([name, value]) => [name.slice(META.length), value]));
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > MAX_METADATA) {
    throw new S3Error('MetadataTooLarge', undefined, { Size: String(size), MaxSizeAllowed: String(MAX_METADATA) });
  }
  return { headers, metadata };
}

/** The framing of the body is not part of the object. */
const contentEncoding = (header = ''): string =>
  header
    .split(',')
    .filter((token) => !['', 'aws-chunked'].includes(token.trim()))
    .join(',')
    .trim();

function requestedTags(ctx: Context): Tags {
  const header = ctx.request.headers['x-amz-tagging'];
  if (header === undefined) return {};
  authorise(ctx, { action: 's3:PutObjectTagging', bucket: ctx.bucket, key: ctx.key });
  return readTaggingHeader(header);
}

function storageClass({ request }: Context): string {
  const value = request.headers['x-amz-storage-class'] ?? 'STANDARD';
  if (OTHER_STORAGE_CLASSES.includes(value))
    throw new S3Error('NotImplemented', undefined, { Header: 'x-amz-storage-class' });
  if (!STORAGE_CLASSES.includes(value))
    throw new S3Error('InvalidArgument', 'The storage class you specified is not valid');
  return value;
}

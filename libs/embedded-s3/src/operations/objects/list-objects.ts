import { S3Error } from '../../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../../http/answer.js';
import { quoted } from '../../object/object-headers.js';
import type { Context, Operation } from '../../request/context.js';
import { nameEncoder, page, pageSize, readToken, walk, writeToken, type Line } from '../../request/listing.js';
import { owner } from '../../request/owner.js';
import type { ObjectIndex } from '../../store/object-index.js';
import type { ObjectVersion } from '../../store/records.js';
import type { XmlNode } from '../../xml/xml-writer.js';

interface Listing {
  /** the lines, as the elements both versions of the operation share */
  readonly lines: XmlNode;
  readonly common: XmlNode;
  readonly count: number;
  /** name of the last line when there are more */
  readonly next?: string;
  readonly encode: (name: string) => string;
}

function list(ctx: Context, after: string, withOwner: boolean): Listing {
  const { query } = ctx.request;
  const objects = ctx.s3.store.objects(ctx.bucket);
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const max = pageSize(query, 'max-keys');
  const encode = nameEncoder(query);
  const { taken, truncated } = page(visible(objects, walk(objects, { prefix, delimiter, after })), max);
  const Owner = withOwner ? owner(ctx.s3) : undefined;
  const Contents = taken.flatMap(({ entry }) => (entry ? [contents(entry, encode, Owner)] : []));
  const CommonPrefixes = taken.flatMap(({ entry, name }) => (entry ? [] : [{ Prefix: encode(name) }]));
  return {
    lines: { Contents, CommonPrefixes },
    common: {
      Name: ctx.bucket,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxKeys: max,
      EncodingType: query.get('encoding-type'),
      IsTruncated: truncated,
    },
    count: taken.length,
    ...(truncated && { next: taken.at(-1)?.name }),
    encode,
  };
}

/** A key counts while its current version has bytes, a prefix while it has such a key. */
function* visible(objects: ObjectIndex, lines: Iterable<Line<string>>): Generator<Line<ObjectVersion>> {
  for (const { name, entry: key } of lines) {
    const version = key === undefined ? undefined : objects.current(key);
    if (version) yield { name, entry: version };
    else if (key === undefined && hasObject(objects, name)) yield { name };
  }
}

function hasObject(objects: ObjectIndex, prefix: string): boolean {
  for (const key of objects.keysFrom(prefix)) {
    if (!key.startsWith(prefix)) return false;
    if (objects.current(key)) return true;
  }
  return false;
}

const contents = (version: ObjectVersion, encode: (name: string) => string, Owner: XmlNode | undefined): XmlNode => ({
  Key: encode(version.key),
  LastModified: new Date(version.lastModified).toISOString(),
  ETag: quoted(version.etag),
  ChecksumAlgorithm: version.checksum?.algorithm,
  ChecksumType: version.checksum?.type,
  Size: version.size,
  Owner,
  StorageClass: version.storageClass,
});

function listObjectsV2(ctx: Context): Answer {
  const { query } = ctx.request;
  if (query.get('list-type') !== '2') throw new S3Error('InvalidArgument', 'Invalid List Type specified in Request');
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const after = token === undefined ? (startAfter ?? '') : readToken(token);
  const { lines, common, count, next, encode } = list(ctx, after, query.get('fetch-owner') === 'true');
  return xmlAnswer('ListBucketResult', {
    ...common,
    KeyCount: count,
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    ContinuationToken: token,
    NextContinuationToken: next === undefined ? undefined : writeToken(next),
    ...lines,
  });
}

function listObjects(ctx: Context): Answer {
  const marker = ctx.request.query.get('marker') ?? '';
  const { lines, common, next, encode } = list(ctx, marker, true);
  // S3 gives a NextMarker only with a delimiter: otherwise it is the last key
  const NextMarker = next !== undefined && common.Delimiter !== undefined ? encode(next) : undefined;
  return xmlAnswer('ListBucketResult', { ...common, Marker: encode(marker), NextMarker, ...lines });
}

const listing = { method: 'GET', level: 'bucket', action: 's3:ListBucket' } as const;
const names = ['prefix', 'delimiter', 'max-keys', 'encoding-type'];

export const listOperations: readonly Operation[] = [
  { ...listing, name: 'ListObjects', params: [...names, 'marker'], run: listObjects },
  {
    ...listing,
    name: 'ListObjectsV2',
    query: 'list-type',
    params: [...names, 'continuation-token', 'start-after', 'fetch-owner'],
    run: listObjectsV2,
  },
];

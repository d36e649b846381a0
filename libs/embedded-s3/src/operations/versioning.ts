import { xmlAnswer, type Answer } from '../http/answer.js';
import { S3Error } from '../http/s3-error.js';
import type { AnyVersion } from '../store/records.js';
import type { ObjectIndex } from '../store/object-index.js';
import { owner } from './buckets.js';
import type { Context, Operation } from './context.js';
import { readXmlDocument } from './document.js';
import { nameEncoder, page, pageSize, walk, type Walk } from './listing.js';
import { quoted } from './object-headers.js';

async function putBucketVersioning(ctx: Context): Promise<Answer> {
  const document = await readXmlDocument(ctx, 'VersioningConfiguration');
  const status = document.textOf('Status');
  if (document.textOf('MfaDelete') === 'Enabled')
    throw new S3Error('NotImplemented', undefined, { Element: 'MfaDelete' });
  if (status !== 'Enabled' && status !== 'Suspended') throw new S3Error('IllegalVersioningConfigurationException');
  const { store } = ctx.s3;
  const bucket = store.bucket(ctx.bucket);
  if (bucket.objectLock && status !== 'Enabled') {
    throw new S3Error(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  store.commit({ type: 'bucket', bucket: { ...bucket, versioning: status } });
  return { status: 200 };
}

const getBucketVersioning = ({ s3, bucket }: Context): Answer =>
  xmlAnswer('VersioningConfiguration', { Status: s3.store.bucket(bucket).versioning });

interface Line {
  readonly name: string;
  /** absent: a common prefix */
  readonly version?: AnyVersion;
  readonly isLatest?: boolean;
}

/** Every version by key, the newest of a key first. */
function* versionLines(objects: ObjectIndex, options: Walk): Generator<Line> {
  for (const { name, isPrefix } of walk(objects, options)) {
    if (isPrefix) yield { name };
    else yield* versionsOf(objects, name);
  }
}

function* versionsOf(objects: ObjectIndex, key: string): Generator<Line> {
  for (const [i, version] of objects.versions(key).toReversed().entries())
    yield { name: key, version, isLatest: i === 0 };
}

/** A page may end between two versions of a key: the next begins with the versions that were left. */
function* linesAfter(objects: ObjectIndex, options: Walk, versionMarker: string): Generator<Line> {
  const { prefix, delimiter, after } = options;
  const split =
    versionMarker !== '' && after.startsWith(prefix) && (delimiter === '' || !after.includes(delimiter, prefix.length));
  if (split) {
    let behind = false;
    for (const line of versionsOf(objects, after)) {
      if (behind) yield line;
      behind ||= line.version?.versionId === versionMarker;
    }
  }
  yield* versionLines(objects, options);
}

function listObjectVersions(ctx: Context): Answer {
  const { query } = ctx.request;
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? ''];
  const [keyMarker, versionMarker] = [query.get('key-marker') ?? '', query.get('version-id-marker') ?? ''];
  if (versionMarker !== '' && keyMarker === '') {
    throw new S3Error('InvalidArgument', 'A version-id marker cannot be specified without a key marker.');
  }
  const objects = ctx.s3.store.objects(ctx.bucket);
  const max = pageSize(query, 'max-keys');
  const encode = nameEncoder(query);
  const { taken, truncated } = page(linesAfter(objects, { prefix, delimiter, after: keyMarker }, versionMarker), max);
  const last = truncated ? taken.at(-1) : undefined;
  const Owner = owner(ctx.s3);
  const nodes = taken.map(({ name, version, isLatest }) => ({ name, version, isLatest, Owner }));
  return xmlAnswer('ListVersionsResult', {
    Name: ctx.bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionMarker,
    NextKeyMarker: last && encode(last.name),
    NextVersionIdMarker: last?.version?.versionId,
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: query.get('encoding-type'),
    IsTruncated: truncated,
    Version: nodes
      .filter((node) => node.version && !node.version.deleteMarker)
      .map((node) => versionNode(node, encode)),
    DeleteMarker: nodes.filter((node) => node.version?.deleteMarker).map((node) => versionNode(node, encode)),
    CommonPrefixes: nodes.filter((node) => !node.version).map(({ name }) => ({ Prefix: encode(name) })),
  });
}

function versionNode(
  { version, isLatest, Owner }: Line & { Owner: ReturnType<typeof owner> },
  encode: (name: string) => string,
) {
  if (!version) return {};
  const content = version.deleteMarker
    ? {}
    : { ETag: quoted(version.etag), Size: version.size, StorageClass: version.storageClass };
  return {
    Key: encode(version.key),
    VersionId: version.versionId,
    IsLatest: isLatest,
    LastModified: new Date(version.lastModified).toISOString(),
    ...content,
    Owner,
  };
}

export const versioningOperations: readonly Operation[] = [
  {
    name: 'PutBucketVersioning',
    method: 'PUT',
    level: 'bucket',
    query: 'versioning',
    action: 's3:PutBucketVersioning',
    run: putBucketVersioning,
  },
  {
    name: 'GetBucketVersioning',
    method: 'GET',
    level: 'bucket',
    query: 'versioning',
    action: 's3:GetBucketVersioning',
    run: getBucketVersioning,
  },
  {
    name: 'ListObjectVersions',
    method: 'GET',
    level: 'bucket',
    query: 'versions',
    params: ['prefix', 'delimiter', 'key-marker', 'version-id-marker', 'max-keys', 'encoding-type'],
    action: 's3:ListBucketVersions',
    run: listObjectVersions,
  },
];

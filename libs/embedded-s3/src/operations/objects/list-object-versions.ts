import { S3Error } from '../../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../../http/answer.js';
import { quoted } from '../../object/object-headers.js';
import type { Context, Operation } from '../../request/context.js';
import { nameEncoder, page, pageSize, walk, type Line, type Walk } from '../../request/listing.js';
import { owner } from '../../request/owner.js';
import type { ObjectIndex } from '../../store/object-index.js';
import type { AnyVersion } from '../../store/records.js';

interface Listed {
  readonly version: AnyVersion;
  readonly isLatest: boolean;
}

/** Every version by key, the newest of a key first. */
function* versionLines(objects: ObjectIndex, options: Walk): Generator<Line<Listed>> {
  for (const { name, entry } of walk(objects, options)) {
    if (entry === undefined) yield { name };
    else yield* versionsOf(objects, name);
  }
}

function* versionsOf(objects: ObjectIndex, key: string): Generator<Line<Listed>> {
  for (const [i, version] of objects.versions(key).toReversed().entries())
    yield { name: key, entry: { version, isLatest: i === 0 } };
}

/** A page may end between two versions of a key: the next begins with the versions that were left. */
function* linesAfter(objects: ObjectIndex, options: Walk, versionMarker: string): Generator<Line<Listed>> {
  const { prefix, delimiter, after } = options;
  const split =
    versionMarker !== '' && after.startsWith(prefix) && (delimiter === '' || !after.includes(delimiter, prefix.length));
  if (split) {
    let behind = false;
    for (const line of versionsOf(objects, after)) {
      if (behind) yield line;
      behind ||= line.entry?.version.versionId === versionMarker;
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
  const versions = taken.flatMap(({ entry }) => entry ?? []);
  const nodes = (deleteMarkers: boolean) =>
    versions
      .filter(({ version }) => (version.deleteMarker ?? false) === deleteMarkers)
      .map((listed) => versionNode(listed, encode, Owner));
  return xmlAnswer('ListVersionsResult', {
    Name: ctx.bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionMarker,
    NextKeyMarker: last && encode(last.name),
    NextVersionIdMarker: last?.entry?.version.versionId,
    MaxKeys: max,
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: query.get('encoding-type'),
    IsTruncated: truncated,
    Version: nodes(false),
    DeleteMarker: nodes(true),
    CommonPrefixes: taken.flatMap(({ name, entry }) => (entry ? [] : [{ Prefix: encode(name) }])),
  });
}

function versionNode({ version, isLatest }: Listed, encode: (name: string) => string, Owner: ReturnType<typeof owner>) {
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

export const listVersionsOperations: readonly Operation[] = [
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

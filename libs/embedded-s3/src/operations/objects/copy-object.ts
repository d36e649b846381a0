import { ContentDigest, readAlgorithm, type ContentDigests } from '../../checksums/index.js';
import { S3Error } from '../../errors/s3-error.js';
import { xmlAnswer, type Answer } from '../../http/answer.js';
import { expirationHeader } from '../../lifecycle/lifecycle.js';
import { checksumElements } from '../../object/checksum-answers.js';
import { copySource, type CopySource } from '../../object/copy-source.js';
import { readAttributes } from '../../object/object-attributes.js';
import { encryptionHeaders, quoted } from '../../object/object-headers.js';
import { commitObject } from '../../object/write-object.js';
import { authorise } from '../../request/authorise.js';
import type { Context, Operation } from '../../request/context.js';
import { versionHeader } from '../../request/version-id.js';
import type { ObjectAttributes, ObjectVersion } from '../../store/records.js';

const MAX_BYTES = 5 * 1024 ** 3;

async function copyObject(ctx: Context): Promise<Answer> {
  const source = copySource(ctx);
  const { version } = source;
  if (version.size > MAX_BYTES) {
    throw new S3Error(
      'InvalidRequest',
      'The specified copy source is larger than the maximum allowable size for a copy source: 5368709120',
    );
  }
  const attributes = copiedAttributes(ctx, source);
  const { data } = ctx.s3.store;
  data.retain(version.segments);
  try {
    const digests = await copiedDigests(ctx, version);
    const { size, segments } = version;
    const copy = commitObject(ctx, { ...attributes, ...digests, size, segments }, ctx.s3.features.conditionalCopy);
    const result = {
      ETag: quoted(copy.etag),
      LastModified: new Date(copy.lastModified).toISOString(),
      ...checksumElements(copy.checksum),
    };
    return xmlAnswer('CopyObjectResult', result, {
      'x-amz-copy-source-version-id': version.versionId === 'null' ? undefined : version.versionId,
      ...versionHeader(copy.versionId),
      ...encryptionHeaders(copy, ctx.s3.features),
      ...expirationHeader(ctx.s3, ctx.bucket, copy),
    });
  } finally {
    data.release(version.segments);
  }
}

/** `COPY` takes description and tags from the source, `REPLACE` from the request. Encryption, ACL and lock always come from the request. */
function copiedAttributes(ctx: Context, source: CopySource): ObjectAttributes {
  const { headers } = ctx.request;
  const replaces = directive(headers['x-amz-metadata-directive'], 'x-amz-metadata-directive') === 'REPLACE';
  const retags = directive(headers['x-amz-tagging-directive'], 'x-amz-tagging-directive') === 'REPLACE';
  const attributes = readAttributes(ctx);
  const onto = source.bucket === ctx.bucket && source.version.key === ctx.key && !source.byVersion;
  const changes =
    replaces || ['x-amz-storage-class', 'x-amz-server-side-encryption'].some((name) => headers[name] !== undefined);
  if (onto && !changes) {
    throw new S3Error(
      'InvalidRequest',
      'This copy request is illegal because it is trying to copy an object to itself without changing its metadata, storage class or encryption.',
    );
  }
  const { version } = source;
  if (!retags && Object.keys(version.tags).length > 0) authoriseTags(ctx, source);
  return {
    ...attributes,
    ...(!replaces && { headers: version.headers, metadata: version.metadata }),
    ...(!retags && { tags: version.tags }),
  };
}

function authoriseTags(ctx: Context, { bucket, version, byVersion }: CopySource): void {
  const read = byVersion ? 's3:GetObjectVersionTagging' : 's3:GetObjectTagging';
  authorise(ctx, { action: read, bucket, key: version.key, versionId: byVersion ? version.versionId : undefined });
  authorise(ctx, { action: 's3:PutObjectTagging', bucket: ctx.bucket, key: ctx.key });
}

function directive(value: string | undefined, name: string): 'COPY' | 'REPLACE' {
  if (value === undefined || value === 'COPY') return 'COPY';
  if (value === 'REPLACE') return value;
  throw new S3Error('InvalidArgument', `Unknown value of ${name}.`, { ArgumentName: name });
}

/** The copy is one piece, whatever the source was: of an object made of parts, ETag and composite checksum change. */
async function copiedDigests(ctx: Context, version: ObjectVersion): Promise<ContentDigests> {
  const wanted = ctx.request.headers['x-amz-checksum-algorithm'];
  const algorithm =
    wanted === undefined ? version.checksum?.algorithm : readAlgorithm(wanted, 'x-amz-checksum-algorithm');
  const { etag, checksum } = version;
  const asWhole = checksum === undefined || checksum.type === 'FULL_OBJECT';
  if (!version.partSizes && checksum?.algorithm === algorithm && asWhole) return { etag, checksum };
  const digest = new ContentDigest({}, algorithm);
  if (version.size > 0) {
    for await (const chunk of ctx.s3.store.data.read(version.segments, 0, version.size - 1))
      digest.update(chunk as Buffer);
  }
  return digest.finish();
}

export const copyOperations: readonly Operation[] = [
  {
    name: 'CopyObject',
    method: 'PUT',
    level: 'object',
    header: 'x-amz-copy-source',
    action: 's3:PutObject',
    run: copyObject,
  },
];

import { S3Error } from '../http/s3-error.js';
import type { ObjectVersion } from '../store/records.js';
import type { ObjectIndex } from '../store/object-index.js';
import type { Context } from './context.js';

/** The version a request names, or the current one. @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker */
export function targetVersion(ctx: Pick<Context, 's3' | 'bucket' | 'key' | 'request'>): ObjectVersion {
  return findVersion(ctx.s3.store.objects(ctx.bucket), ctx.key, ctx.request.query.get('versionId'));
}

export function findVersion(objects: ObjectIndex, key: string, versionId: string | undefined): ObjectVersion {
  if (versionId === undefined) {
    const latest = objects.latest(key);
    if (!latest) throw new S3Error('NoSuchKey', undefined, { Key: key });
    if (!latest.deleteMarker) return latest;
    const marker = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': latest.versionId };
    throw new S3Error('NoSuchKey', undefined, { Key: key }, marker);
  }
  const version = objects.find(key, versionId);
  if (!version) throw new S3Error('NoSuchVersion', undefined, { Key: key, VersionId: versionId });
  if (!version.deleteMarker) return version;
  throw new S3Error(
    'MethodNotAllowed',
    undefined,
    {},
    { 'x-amz-delete-marker': 'true', allow: 'DELETE', 'x-amz-version-id': versionId },
  );
}

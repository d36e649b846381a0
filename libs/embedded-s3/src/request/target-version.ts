import { S3Error } from '../errors/s3-error.js';
import type { ObjectVersion } from '../store/records.js';
import { authorise } from './authorise.js';
import type { Context } from './context.js';

/** An object by name, or one version of it. */
export interface Target {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** The version a request names, or the current one. @throws S3Error as {@link findVersion} */
export const targetVersion = (ctx: Context): ObjectVersion => findVersion(ctx, targetOf(ctx));

export const targetOf = ({ bucket, key, request }: Context): Target => ({
  bucket,
  key,
  versionId: request.query.get('versionId'),
});

/**
 * @throws S3Error NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker; AccessDenied instead of the first two to
 * a caller who may not know
 */
export function findVersion(ctx: Context, { bucket, key, versionId }: Target): ObjectVersion {
  const objects = ctx.s3.store.objects(bucket);
  const version = versionId === undefined ? objects.latest(key) : objects.find(key, versionId);
  if (version && !version.deleteMarker) return version;
  const marker = version && { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (version && versionId !== undefined)
    throw new S3Error('MethodNotAllowed', undefined, {}, { ...marker, allow: 'DELETE' });
  authoriseAbsence(ctx, bucket, key);
  if (versionId !== undefined) throw new S3Error('NoSuchVersion', undefined, { Key: key, VersionId: versionId });
  throw new S3Error('NoSuchKey', undefined, { Key: key }, marker);
}

/**
 * Who may not list the bucket is not told that a key does not exist.
 * Source: S3 API reference, "GetObject", "HeadObject", "GetObjectAttributes": 404 with s3:ListBucket, 403 without.
 */
export const authoriseAbsence = (ctx: Context, bucket: string, key: string): void =>
  authorise(ctx, { action: 's3:ListBucket', bucket, key: '', absentKey: key });

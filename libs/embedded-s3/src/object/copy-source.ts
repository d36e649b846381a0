import { useKey } from '../encryption/use-key.js';
import { S3Error } from '../errors/s3-error.js';
import { checkKey } from '../http/request.js';
import { authorise } from '../request/authorise.js';
import type { Context } from '../request/context.js';
import { findVersion } from '../request/target-version.js';
import type { ObjectVersion } from '../store/records.js';
import { checkSourceConditions } from './conditions.js';

/** What a copy reads, found, authorised and its conditions checked. */
export interface CopySource {
  readonly bucket: string;
  readonly version: ObjectVersion;
  /** whether the request names a version */
  readonly byVersion: boolean;
}

/** Reads `x-amz-copy-source`: `bucket/key`, percent-encoded, perhaps with `?versionId=`. */
export function copySource(ctx: Context): CopySource {
  const { store } = ctx.s3;
  const { bucket, key, versionId } = parse(ctx.request.headers['x-amz-copy-source'] ?? '');
  store.bucket(bucket);
  authorise(ctx, { action: versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion', bucket, key, versionId });
  const version = findVersion(ctx, { bucket, key, versionId });
  useKey(ctx, 'kms:Decrypt', version.encryption);
  if (ctx.s3.features.conditionalCopySource) checkSourceConditions(ctx.request.headers, version);
  return { bucket, version, byVersion: versionId !== undefined };
}

function parse(header: string): { bucket: string; key: string; versionId?: string } {
  const match = /^\/?([^/?]+)\/(.+?)(?:\?versionId=([^?&]+))?$/s.exec(Buffer.from(header, 'latin1').toString('utf8'));
  if (!match)
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  const [bucket = '', key = '', versionId] = match.slice(1).map((part) => part && decode(part));
  return { bucket, key: checkKey(key), versionId };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidArgument', 'Copy Source must be URL-encoded.');
  }
}

import { S3Error } from '../http/s3-error.js';
import { authorise } from './authorise.js';
import type { Context } from './context.js';

/** The canned ACL a write asks for; `private` when it asks for none. */
export function requestedAcl(ctx: Context): string {
  const acl = ctx.request.headers['x-amz-acl'];
  if (acl === undefined) return 'private';
  if (!ctx.s3.features.acl) throw new S3Error('NotImplemented', undefined, { Header: 'x-amz-acl' });
  authorise(ctx, { action: 's3:PutObjectAcl', bucket: ctx.bucket, key: ctx.key });
  if (acl !== 'private' && acl !== 'bucket-owner-full-control') throw new S3Error('AccessControlListNotSupported');
  return acl;
}

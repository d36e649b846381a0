import { S3Error } from '../errors/s3-error.js';
import { authorise } from '../request/authorise.js';
import type { Context } from '../request/context.js';
import { checkCannedAcl, ownershipOf } from './ownership.js';
import { publicAccessBlockOf } from './public-access.js';

/** The canned ACL a write asks for; `private` when it asks for none. */
export function requestedAcl(ctx: Context): string {
  const acl = ctx.request.headers['x-amz-acl'];
  if (acl === undefined) return 'private';
  if (!ctx.s3.features.acl) throw new S3Error('NotImplemented', undefined, { Header: 'x-amz-acl' });
  authorise(ctx, { action: 's3:PutObjectAcl', bucket: ctx.bucket, key: ctx.key });
  checkAcl(ctx, acl);
  return acl;
}

/** @throws S3Error for a canned ACL that the bucket's ownership or Block Public Access does not let through */
export function checkAcl({ s3, bucket }: Context, acl: string): void {
  const record = s3.store.bucket(bucket);
  checkCannedAcl(acl, ownershipOf(record), s3.features.blockPublicAccess ? publicAccessBlockOf(record) : undefined);
}

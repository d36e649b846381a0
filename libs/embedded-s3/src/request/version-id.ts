import { randomBytes } from 'node:crypto';
import type { Context } from './context.js';

/** Of the next version in the bucket: `null` unless versioning is enabled. */
export const newVersionId = ({ s3, bucket }: Pick<Context, 's3' | 'bucket'>): string =>
  s3.store.bucket(bucket).versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null';

export const versionHeader = (versionId: string): Record<string, string | undefined> => ({
  'x-amz-version-id': versionId === 'null' ? undefined : versionId,
});

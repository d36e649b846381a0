import { S3Error } from '../errors/s3-error.js';
import type { Context } from '../request/context.js';
import type { Encryption } from '../store/records.js';
import { encryptionOf } from './default-encryption.js';
import { useKey } from './use-key.js';

const HEADER = 'x-amz-server-side-encryption';
const ALGORITHMS = ['AES256', 'aws:kms', 'aws:kms:dsse'] as const;

/** How a new object is to be encrypted: as its request says, or as the bucket's default, with a key that the caller may use. */
export function requestedEncryption(ctx: Context): Encryption {
  const encryption = asked(ctx);
  useKey(ctx, 'kms:GenerateDataKey', encryption);
  return encryption;
}

function asked(ctx: Context): Encryption {
  const { headers } = ctx.request;
  const given = headers[HEADER];
  if (given !== undefined && !ctx.s3.features.sse) {
    throw new S3Error('NotImplemented', 'Server side encryption specified but KMS is not configured.');
  }
  const byDefault = encryptionOf(ctx.s3.store.bucket(ctx.bucket));
  const algorithm = given === undefined ? byDefault.algorithm : ALGORITHMS.find((known) => known === given);
  if (!algorithm) throw new S3Error('InvalidArgument', 'The encryption method specified is not supported');
  const keyId = headers[`${HEADER}-aws-kms-key-id`];
  const bucketKeyHeader = headers[`${HEADER}-bucket-key-enabled`];
  const bucketKey = bucketKeyHeader?.toLowerCase() === 'true';
  const misplaced =
    given === undefined
      ? keyId !== undefined || (bucketKey && algorithm === 'AES256')
      : keyId !== undefined && algorithm === 'AES256';
  if (misplaced) {
    throw new S3Error(
      'InvalidArgument',
      'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
    );
  }
  if (given === undefined) return bucketKeyHeader === undefined ? byDefault : { ...byDefault, bucketKey };
  return { algorithm, ...(keyId && { keyId }), ...(bucketKey && { bucketKey }) };
}

/** Reading, and writing the parts of an upload, take no encryption header. */
export function refuseEncryptionHeaders(ctx: Context): void {
  if (ctx.request.headers[HEADER] === undefined) return;
  throw new S3Error('InvalidArgument', `${HEADER} header is not supported for this operation.`, {
    ArgumentName: HEADER,
  });
}

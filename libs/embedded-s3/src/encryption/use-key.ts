import { evaluateAccess } from '../policy/index.js';
import { S3Error } from '../errors/s3-error.js';
import type { Context } from '../request/context.js';
import type { Encryption } from '../store/records.js';

/**
 * S3 asks KMS in the name of whoever writes or reads. Nothing is encrypted here: the answers are what counts.
 * Source: S3 User Guide, "Using server-side encryption with AWS KMS keys", "Permissions"; KMS, "Key states".
 *
 * @throws S3Error AccessDenied, KMS.NotFoundException, KMS.KMSInvalidStateException
 */
export function useKey(ctx: Context, action: 'kms:GenerateDataKey' | 'kms:Decrypt', { keyId }: Encryption): void {
  const { s3, caller } = ctx;
  if (!s3.kmsKeys || keyId === undefined) return;
  const key = s3.kmsKeys.get(keyId);
  if (!key) throw new S3Error('KMS.NotFoundException', `Invalid keyId '${keyId}'`);
  const { identity } = caller;
  const tags = Object.entries(key.tags ?? {}).map(([name, value]) => [`aws:ResourceTag/${name}`, value]);
  const arn = identity.sessionArn ?? identity.principalArn;
  const { decision } = evaluateAccess(
    { identity: identity.policy ? [identity.policy] : 'root', session: identity.sessionPolicy },
    {
      action,
      resource: keyId,
      principal: { arn, accountId: s3.accountId, accessKeyId: identity.accessKeyId, tags: identity.tags },
      context: { 'kms:ViaService': `s3.${s3.region}.amazonaws.com`, ...Object.fromEntries(tags) },
    },
  );
  if (decision !== 'allow')
    throw new S3Error('AccessDenied', `User: ${arn} is not authorized to perform: ${action} on resource: ${keyId}`);
  if (key.pendingDeletion) throw new S3Error('KMS.KMSInvalidStateException', `${keyId} is pending deletion.`);
}

import type { Caller } from '../account/caller.js';
import { findIdentity } from '../auth/authentication.js';
import { parseCredential, parseDate } from '../auth/credential.js';
import { sameSignature, sign, signingKey } from '../auth/signing-key.js';
import { S3Error } from '../errors/s3-error.js';
import type { S3 } from '../s3.js';

const MAX_SKEW_MS = 15 * 60 * 1000;

/**
 * Verifies who signed a form's policy: "Authenticating Requests: Browser-Based Uploads Using POST", S3 API reference.
 *
 * @throws S3Error AccessDenied for a form without policy; InvalidArgument, SignatureDoesNotMatch and those of identities
 */
export function authenticateForm(s3: S3, fields: ReadonlyMap<string, string>): Caller {
  const policy = fields.get('policy');
  if (policy === undefined) throw new S3Error('AccessDenied');
  const [algorithm, credential, date, signature] = [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Signature',
  ].map((name) => required(fields, name));
  if (algorithm !== 'AWS4-HMAC-SHA256')
    throw new S3Error('InvalidArgument', 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const { amzDate, signedAt } = parseDate(date, 'InvalidArgument');
  const expected = { region: s3.region, amzDate, code: 'InvalidArgument' } as const;
  const { accessKeyId, scope } = parseCredential(credential ?? '', expected);
  if (scope.service !== 's3')
    throw new S3Error('InvalidArgument', "The credential's service is wrong; expecting 's3'.");
  if (signedAt.getTime() > s3.clock.now().getTime() + MAX_SKEW_MS)
    throw new S3Error('AccessDenied', 'Request is not yet valid');
  const identity = findIdentity(s3, accessKeyId, fields.get('x-amz-security-token'));
  if (!sameSignature(sign(signingKey(identity.secretAccessKey, scope), policy), signature ?? ''))
    throw new S3Error('SignatureDoesNotMatch');
  return { identity, authType: 'POST', signedAt };
}

/** @throws S3Error InvalidArgument when the form lacks the field */
export function required(fields: ReadonlyMap<string, string>, name: string): string {
  const value = fields.get(name.toLowerCase());
  if (value === undefined)
    throw new S3Error(
      'InvalidArgument',
      `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`,
      { ArgumentName: name, ArgumentValue: '' },
    );
  return value;
}

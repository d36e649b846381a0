import { allAreas, areasWithoutKey, patternsOf } from '../../keys/areas.js';
import { hasKeys } from '../../options/encryption.js';
import { byOtherKey, underKeys } from '../../store/client/key-rights.js';
import { encryptionHeader, keyHeader } from '../../store/writing/write-headers.js';
import { checkedBucketOptions, type BucketOptions, type CheckedBucketOptions } from './bucket.options.js';
import { deny, objects, reads, writes } from './deny.js';
import { scanGate, validationObject } from './guardduty.js';
import { policyDocument, type PolicyConditions, type PolicyDocument, type PolicyStatement } from './policy-document.js';
import { archive, tenants } from './role-walls.js';

/** The `Id` of a policy that this module wrote. */
export const policyId = 'nest-tenant-storage';

const sse = `s3:${encryptionHeader}`;

/**
 * The bucket's own wall behind the module's: denies only, so that nothing here grants anybody anything. Each statement
 * answers one way around the module; none of them refuses what the module itself does. A deny with several conditions
 * holds when all of them do, and a negated condition also holds where the request lacks the key, which is why `Null`
 * stands beside it.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
 *
 * @throws {StorageError} `misconfigured`
 */
export function bucketPolicy(options: BucketOptions): PolicyDocument {
  const checked = checkedBucketOptions(options);
  return policyDocument(
    [
      ...transport(checked),
      ...encryption(checked),
      ...signatureAges(checked),
      referers(checked),
      layoutOnly(checked),
      ...scanGate(checked),
      ...tenants(checked),
      ...archive(checked),
    ],
    policyId,
  );
}

function transport({ arn, requireTls, store }: CheckedBucketOptions): PolicyStatement[] {
  if (!requireTls || !store.policyKnowsTransport) return [];
  const Resource = [arn, `${arn}/*`];
  return [
    deny('DenyInsecureTransport', 's3:*', { Resource }, { Bool: { 'aws:SecureTransport': 'false' } }),
    deny('DenyOldTls', 's3:*', { Resource }, { NumericLessThan: { 's3:TlsVersion': '1.2' } }),
  ];
}

/**
 * S3 encrypts everything anyway; what can still go wrong is another algorithm, another key, or a key that only the
 * uploader has. The bucket's default encryption does not satisfy a condition: that looks at the request alone.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html
 */
function encryption({ arn, encryption, strict, store }: CheckedBucketOptions): PolicyStatement[] {
  const Resource = objects(arn, '');
  const customerKeys = { Null: { [`${sse}-customer-algorithm`]: 'false' } };
  const byCustomer = deny('DenyCustomerProvidedKeys', 's3:PutObject', { Resource }, customerKeys);
  const statements = store.policyKnowsCustomerKeys ? [byCustomer] : [];
  if (encryption === 'none') return statements;
  const wrong = (key: string, value: string, tolerant: boolean): PolicyConditions => ({
    StringNotEquals: { [key]: value },
    ...(tolerant && store.policyKnowsAbsence && { Null: { [key]: 'false' } }),
  });
  const algorithm = encryption === 'AES256' ? 'AES256' : 'aws:kms';
  const where = hasKeys(encryption) ? underKeys(arn) : { Resource };
  statements.unshift(deny('DenyUnencryptedUploads', 's3:PutObject', where, wrong(sse, algorithm, !strict)));
  if (hasKeys(encryption)) {
    const control = { Resource: objects(arn, ...areasWithoutKey.map(({ root }) => root)) };
    statements.push(deny('DenyOtherEncryptionOfControl', 's3:PutObject', control, wrong(sse, 'AES256', !strict)));
    const unnamed = byOtherKey(store);
    if (unnamed) statements.push(deny('DenyUnnamedEncryptionKeys', 's3:PutObject', where, unnamed));
  } else if (typeof encryption === 'object' && /^arn:.*:key\//.test(encryption.kmsKeyId)) {
    // A key's short id and alias reach the policy as the ARN of the key, so only that can be compared.
    const other = wrong(`s3:${keyHeader}`, encryption.kmsKeyId, true);
    statements.push(deny('DenyOtherEncryptionKeys', 's3:PutObject', { Resource }, other));
  }
  return statements;
}

/** A URL's own expiry is chosen by whoever signs it; this bound is not. */
function signatureAges({ arn, readSeconds, writeSeconds, store }: CheckedBucketOptions): PolicyStatement[] {
  if (!store.policyKnowsSignature) return [];
  const Resource = objects(arn, '');
  const older = (seconds: number) => ({ NumericGreaterThan: { 's3:signatureAge': String(seconds * 1000) } });
  const presigned = { StringEquals: { 's3:authType': 'REST-QUERY-STRING' } };
  const presignedOrForm = { StringEquals: { 's3:authType': ['REST-QUERY-STRING', 'POST'] } };
  return [
    deny('DenyStalePresignedReads', reads, { Resource }, { ...presigned, ...older(readSeconds) }),
    deny('DenyStalePresignedWrites', writes, { Resource }, { ...presignedOrForm, ...older(writeSeconds) }),
  ];
}

/**
 * Keeps other sites from embedding a leaked URL. It is no access control: any client but a browser sends what it likes.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-referer
 */
function referers({ arn, appOrigins, strict, store }: CheckedBucketOptions): PolicyStatement | undefined {
  if (!appOrigins?.length) return undefined;
  const foreign = { StringNotLike: { 'aws:Referer': appOrigins.map((origin) => `${origin}/*`) } };
  const presignedAndForeign = {
    ...(store.policyKnowsSignature && { StringEquals: { 's3:authType': 'REST-QUERY-STRING' } }),
    ...(store.policyKnowsAbsence && { Null: { 'aws:Referer': 'false' } }),
    ...foreign,
  };
  return deny('DenyPublicAccess', reads, { Resource: objects(arn, '') }, strict ? foreign : presignedAndForeign);
}

/** Keeps the root of the bucket and unknown areas empty. */
function layoutOnly({ arn, guardDutyRoleArn }: CheckedBucketOptions): PolicyStatement {
  return deny('DenyKeysOutsideLayout', 's3:PutObject', {
    NotResource: [
      ...objects(arn, ...allAreas.flatMap(patternsOf)),
      ...(guardDutyRoleArn === undefined ? [] : [`${arn}/${validationObject}`]),
    ],
  });
}

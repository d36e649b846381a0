import { checkedBucketOptions, type BucketOptions, type CheckedBucketOptions } from './bucket.options.js';
import { policyDocument, type PolicyConditions, type PolicyDocument, type PolicyStatement } from './policy-document.js';

/** The `Id` of a policy that this module wrote. */
export const policyId = 'nest-tenant-storage';

const reads = ['s3:GetObject', 's3:GetObjectVersion'];
/** Every right a write of ours can need, with the steps of a multipart upload. */
const writes = ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];
const everyUse = ['s3:GetObject*', 's3:PutObject*', 's3:DeleteObject*', 's3:RestoreObject', ...writes.slice(2)];

const sse = 's3:x-amz-server-side-encryption';
const ownOrg = '${aws:PrincipalTag/OrgId}';

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
      ...tenants(checked),
      ...archive(checked),
    ],
    policyId,
  );
}

const deny = (
  Sid: string,
  Action: string | string[],
  where: Pick<PolicyStatement, 'Resource' | 'NotResource'>,
  Condition?: PolicyConditions,
): PolicyStatement => ({ Sid, Effect: 'Deny', Principal: '*', Action, ...where, ...(Condition && { Condition }) });

const objects = (arn: string, ...prefixes: string[]) =>
  prefixes.length === 1 ? `${arn}/${prefixes[0]}*` : prefixes.map((prefix) => `${arn}/${prefix}*`);

function transport({ arn, requireTls, store }: CheckedBucketOptions): PolicyStatement[] {
  if (!requireTls || !store.transport) return [];
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
  const statements = store.customerKeys ? [byCustomer] : [];
  if (encryption === 'none') return statements;
  const wrong = (key: string, value: string, tolerant: boolean): PolicyConditions => ({
    StringNotEquals: { [key]: value },
    ...(tolerant && store.absentKeys && { Null: { [key]: 'false' } }),
  });
  const algorithm = encryption === 'AES256' ? 'AES256' : 'aws:kms';
  statements.unshift(deny('DenyUnencryptedUploads', 's3:PutObject', { Resource }, wrong(sse, algorithm, !strict)));
  // A key's short id and alias reach the policy as the ARN of the key, so only that can be compared.
  if (typeof encryption === 'object' && /^arn:.*:key\//.test(encryption.kmsKeyId)) {
    const other = wrong(`${sse}-aws-kms-key-id`, encryption.kmsKeyId, true);
    statements.push(deny('DenyOtherEncryptionKeys', 's3:PutObject', { Resource }, other));
  }
  return statements;
}

/** A URL's own expiry is chosen by whoever signs it; this bound is not. */
function signatureAges({ arn, readSeconds, writeSeconds, store }: CheckedBucketOptions): PolicyStatement[] {
  if (!store.signature) return [];
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
    ...(store.signature && { StringEquals: { 's3:authType': 'REST-QUERY-STRING' } }),
    ...(store.absentKeys && { Null: { 'aws:Referer': 'false' } }),
    ...foreign,
  };
  return deny('DenyPublicAccess', reads, { Resource: objects(arn, '') }, strict ? foreign : presignedAndForeign);
}

/** Coarse, for a wildcard also matches slashes: it keeps the root of the bucket and unknown areas empty. */
function layoutOnly({ arn }: CheckedBucketOptions): PolicyStatement {
  const areas = ['uploads', 'signatures', 'documents', 'templates', 'custom'].map((area) => `*/${area}/`);
  return deny('DenyKeysOutsideLayout', 's3:PutObject', {
    NotResource: objects(arn, ...areas, 'audit-archive/', 'incoming/'),
  });
}

/** Who may use the archive; nobody in particular where no role was named. */
const archiversOf = ({ archiverRoleArns, tenantRoleArn }: CheckedBucketOptions): string[] =>
  archiverRoleArns.length === 0 && tenantRoleArn ? [tenantRoleArn] : [...archiverRoleArns];

/** Fails closed: a session without the tag reaches nothing. */
function tenants(options: CheckedBucketOptions): PolicyStatement[] {
  const { arn, tenantRoleArn, store } = options;
  if (tenantRoleArn === undefined || !store.principal) return [];
  const own = [`${ownOrg}/`, `incoming/${ownOrg}/`];
  if (archiversOf(options).includes(tenantRoleArn)) own.push(`audit-archive/${ownOrg}/`);
  const isTenant = { ArnEquals: { 'aws:PrincipalArn': tenantRoleArn } };
  return [deny('DenyTenantRoleOutsideItsOrgPrefix', everyUse, { NotResource: objects(arn, ...own) }, isTenant)];
}

/**
 * Written once: nobody overwrites or deletes there but who breaks the glass. A version that was overwritten could be had
 * back for a while; what everybody reads meanwhile would be the other one.
 */
function archive(options: CheckedBucketOptions): PolicyStatement[] {
  const { arn, tenantRoleArn, breakGlassRoleArns, store, conditionalWrites } = options;
  const archivers = archiversOf(options);
  const Resource = objects(arn, 'audit-archive/');
  const anyoneBut = (roles: readonly string[]) =>
    roles.length > 0 && { ArnNotEquals: { 'aws:PrincipalArn': [...roles] } };
  const statements: PolicyStatement[] = [];
  // Without it, an exception for whoever breaks the glass would be one for everybody, or for nobody.
  if (!store.principal) return statements;
  if (archivers.length > 0) {
    const others = anyoneBut([...archivers, ...breakGlassRoleArns]) || undefined;
    statements.push(deny('DenyAuditArchiveExceptArchiver', everyUse, { Resource }, others));
  }
  const notBroken = anyoneBut(breakGlassRoleArns) || undefined;
  statements.push(deny('DenyAuditArchiveDeletion', 's3:DeleteObject*', { Resource }, notBroken));
  if (store.createOnly && conditionalWrites) {
    // Parts cannot carry the header, the completion can.
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
    const unconditional = { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } };
    const where = { Resource };
    statements.push(deny('DenyAuditArchiveOverwrite', 's3:PutObject', where, { ...unconditional, ...notBroken }));
  }
  const separate = archivers.filter((role) => role !== tenantRoleArn);
  if (separate.length > 0) {
    const NotResource = objects(arn, `audit-archive/${ownOrg}/`);
    const tagged = { ArnEquals: { 'aws:PrincipalArn': separate }, Null: { 'aws:PrincipalTag/OrgId': 'false' } };
    statements.push(deny('DenyArchiverOutsideItsOrgArchive', everyUse, { NotResource }, tagged));
  }
  return statements;
}

/**
 * What a store's policy engine and bucket settings know. A condition on a key it does not know either never holds, so that the statement
 * does nothing while it looks like a guard, or always holds and locks everybody out. Such statements are left out.
 */
export interface StoreProfile {
  /** `aws:SecureTransport` and `s3:TlsVersion`. */
  transport: boolean;
  /** `s3:authType` and `s3:signatureAge`. */
  signature: boolean;
  /** `aws:PrincipalArn` and `aws:PrincipalTag/…`. */
  principal: boolean;
  /** `s3:x-amz-server-side-encryption-customer-algorithm`. */
  customerKeys: boolean;
  /** `s3:if-none-match` and `s3:ObjectCreationOperation`. */
  createOnly: boolean;
  /** Whether every write carries its encryption into the policy, not only a plain PutObject. */
  encryptionOfEveryWrite: boolean;
  /**
   * Whether a negated condition holds where the request lacks the key, and `Null` tells such requests apart. Otherwise a
   * negated condition alone lets them pass, and `Null` is left out: there it may mean its opposite.
   */
  absentKeys: boolean;
  /** Whether `BlockPublicAcls` can be switched on without refusing writes that carry no public ACL. */
  blockPublicAcls: boolean;
  /** Whether `If-None-Match` holds in a versioned bucket. Otherwise versioning is not asked for. */
  conditionsInVersions: boolean;
  /** Whether a bucket has default encryption and object ownership. */
  bucketDefaults: boolean;
}

/** By name. `ceph` is RADOS Gateway 16.2 as observed: it accepts the keys that it does not know without a word. */
export const storeProfiles = {
  aws: {
    transport: true,
    signature: true,
    principal: true,
    customerKeys: true,
    createOnly: true,
    encryptionOfEveryWrite: true,
    absentKeys: true,
    blockPublicAcls: true,
    conditionsInVersions: true,
    bucketDefaults: true,
  },
  ceph: {
    transport: false,
    signature: false,
    principal: false,
    customerKeys: false,
    createOnly: false,
    encryptionOfEveryWrite: false,
    absentKeys: false,
    blockPublicAcls: false,
    conditionsInVersions: false,
    bucketDefaults: false,
  },
} as const satisfies Record<string, StoreProfile>;

export type StoreProfileName = keyof typeof storeProfiles;

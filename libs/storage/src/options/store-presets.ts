/**
 * What a store can do. The module adapts to what is off or refuses, and never claims a guard that is not there; the doctor
 * finds out which of them hold.
 */
export interface StoreCapabilities {
  /** Verifies presigned POST policies. Without it `beginUpload` uses PUT. */
  postPolicy: boolean;
  /** `If-None-Match: *` on PutObject. */
  conditionalWrites: boolean;
  /** `If-None-Match: *` on CompleteMultipartUpload. Without it a HEAD comes before, and two large uploads for one name can race. */
  conditionalCompletion: boolean;
  /** `If-None-Match: *` on CopyObject. Without it a HEAD comes before, and two completions for one name can race. */
  conditionalCopy: boolean;
  /**
   * `x-amz-copy-source-if-match` on CopyObject. Without it a direct upload is first copied out of its client's reach and
   * verified there, which costs a second copy.
   */
  conditionalCopySource: boolean;
  /** Verifies and reports `x-amz-checksum-sha256`. Without it a declared hash is checked by reading the object. */
  checksums: boolean;
  /** Takes `x-amz-server-side-encryption`. Without it the option `encryption` is `none` unless it says otherwise. */
  encryption: boolean;
  /** Reports an object's encryption on HEAD. Without it completion takes the store's word for it. */
  reportsEncryption: boolean;
  /** Takes `x-amz-acl: private`. Without it the option `acl` is `none` unless it says otherwise. */
  acl: boolean;
  /** Refuses `x-amz-*` headers that the URL's signature does not cover. Without it direct uploads need `tenantRole`. */
  refusesUnsignedHeaders: boolean;

  // What its policy engine knows. A condition on a key that it does not know either never holds, so that the statement does
  // nothing while it looks like a guard, or always holds and locks everybody out: such statements are left out.

  /** `aws:SecureTransport` and `s3:TlsVersion`. */
  policyKnowsTransport: boolean;
  /** `s3:authType` and `s3:signatureAge`. */
  policyKnowsSignature: boolean;
  /** `aws:PrincipalArn` and `aws:PrincipalTag/…`. */
  policyKnowsPrincipal: boolean;
  /** `s3:x-amz-server-side-encryption-customer-algorithm`. */
  policyKnowsCustomerKeys: boolean;
  /** `s3:if-none-match` and `s3:ObjectCreationOperation`. */
  policyKnowsCreation: boolean;
  /** The encryption of every write, not only of a plain PutObject. */
  policyKnowsEveryEncryption: boolean;
  /**
   * A negated condition holds where the request lacks the key, and `Null` tells such requests apart. Otherwise a negated
   * condition alone lets them pass, and `Null` is left out: there it may mean its opposite.
   */
  policyKnowsAbsence: boolean;

  /** `BlockPublicAcls` can be switched on without refusing writes that carry no public ACL. */
  blockPublicAcls: boolean;
  /** `If-None-Match` holds in a versioned bucket. Otherwise versioning is not asked for. */
  conditionsInVersions: boolean;
  /** A bucket has default encryption and object ownership. */
  bucketDefaults: boolean;
}

const aws: StoreCapabilities = {
  postPolicy: true,
  conditionalWrites: true,
  conditionalCompletion: true,
  conditionalCopy: true,
  conditionalCopySource: true,
  checksums: true,
  encryption: true,
  reportsEncryption: true,
  acl: true,
  refusesUnsignedHeaders: true,
  policyKnowsTransport: true,
  policyKnowsSignature: true,
  policyKnowsPrincipal: true,
  policyKnowsCustomerKeys: true,
  policyKnowsCreation: true,
  policyKnowsEveryEncryption: true,
  policyKnowsAbsence: true,
  blockPublicAcls: true,
  conditionsInVersions: true,
  bucketDefaults: true,
};

const nothing = Object.fromEntries(Object.keys(aws).map((name) => [name, false])) as unknown as StoreCapabilities;

/** By name. What nobody has measured is off: a guard that is there all the same costs a line, one that is not costs files. */
export const storePresets = {
  /** Amazon S3, from its documentation. */
  aws,
  /**
   * RADOS Gateway 16.2, measured. It accepts checksums, unsigned headers, conditions of completions and copies and unknown
   * condition keys without a word, and forms signed by a session have no bounds of size. Encryption is reported on HEAD
   * only with `rgw extended http attrs`.
   */
  ceph: { ...nothing, conditionalWrites: true, encryption: true, acl: true },
  /**
   * MinIO without a KMS, not measured: from its documentation and issue threads. Which policy keys it knows is not said in
   * one place, and unknown ones make it refuse the policy. CVE-2026-54330: unsigned `x-amz-copy-source`.
   * https://min.io/docs/minio/linux/reference/s3-api-compatibility.html, https://github.com/minio/minio/issues/20346
   */
  minio: { ...nothing, postPolicy: true, conditionalWrites: true },
  /**
   * Cloudflare R2, not measured: from its documentation. It has no bucket policy, no ACL and no versions, and takes the
   * condition of a copy's destination under a name of its own. Its checksums of multipart uploads are not tried.
   * https://developers.cloudflare.com/r2/api/s3/api/, https://developers.cloudflare.com/r2/api/s3/conditional-operations/
   */
  r2: { ...nothing, conditionalWrites: true, conditionalCompletion: true },
} as const satisfies Record<string, StoreCapabilities>;

export type StoreName = keyof typeof storePresets;

/** A store of your own: like one that is known, but for what is said. */
export type StoreProfile = { like: StoreName } & Partial<StoreCapabilities>;

/** Everything that is known of the store at hand. */
export type StoreSettings = { like: StoreName } & StoreCapabilities;

export const storeNames = Object.keys(storePresets) as StoreName[];

const isStoreName = (name: unknown): name is StoreName => (storeNames as unknown[]).includes(name);

/** `store` must be without mistakes. */
export function storeOf(store: StoreName | StoreProfile = 'aws'): StoreSettings {
  if (typeof store === 'string') return { like: store, ...storePresets[store] };
  return { ...storePresets[store.like], ...store };
}

/** What a profile has to say beside its preset's name. */
export const differencesOf = ({ like, ...has }: StoreSettings): Partial<StoreCapabilities> =>
  Object.fromEntries(
    Object.entries(has).filter(([name, value]) => storePresets[like][name as keyof StoreCapabilities] !== value),
  );

export function* mistakesInStore(store: unknown): Generator<string> {
  const names = storeNames.map((name) => `'${name}'`).join(', ');
  if (store === undefined || isStoreName(store)) return;
  if (typeof store !== 'object' || store === null || !('like' in store) || !isStoreName(store.like)) {
    yield `store must be one of ${names}, or a profile such as { like: 'aws', postPolicy: false }.`;
    return;
  }
  for (const [name, value] of Object.entries(store)) {
    if (Object.hasOwn(aws, name) && typeof value !== 'boolean') {
      yield `store.${name} must be true or false.`;
    }
  }
}

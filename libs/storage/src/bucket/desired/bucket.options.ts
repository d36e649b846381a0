import { StorageError } from '../../storage.error.js';
import type { Encryption } from '../../options/encryption.js';
import { readUrlSeconds, writeUrlSeconds } from '../../storage.policy.js';
import {
  mistakesInStore,
  storeOf,
  type StoreName,
  type StoreProfile,
  type StoreSettings,
} from '../../options/store-presets.js';

/** How the bucket is to be guarded, beyond what the module's own options say. */
export interface BucketRules {
  /**
   * Web pages that use the files, as origins (`https://app.example.com`): they get CORS, and presigned reads that a page
   * elsewhere embeds are denied. Absent: neither.
   */
  appOrigins?: readonly string[] | undefined;
  /** Seconds after signing at which presigned reads are denied, whatever life they were signed with. Default 900. */
  readSeconds?: number | undefined;
  /** The same for presigned writes, form posts and the steps of a multipart upload. Default 300. */
  writeSeconds?: number | undefined;
  /** May do in `audit-archive/` what everybody else may not: overwrite, delete. Without any, nobody may. */
  breakGlassRoleArns?: readonly string[] | undefined;
  /** Denies what does not come by TLS 1.2 or later. Default true; false where the store is reached over plain HTTP. */
  requireTls?: boolean | undefined;
  /**
   * The two statements of the original specification as they stood: a write without `x-amz-server-side-encryption` is
   * denied, and a read without one of `appOrigins` as its Referer. This breaks, in this order of surprise: the parts of
   * multipart uploads, which carry no encryption header by design; every read by the server itself, `HEAD` and the source
   * of a copy among them, hence the completion of direct uploads; mobile applications, links in mail and PDF, and pages
   * sent with `Referrer-Policy: no-referrer`, the default of helmet. Default false.
   */
  strict?: boolean | undefined;
  /**
   * Whether the bucket has S3 Object Lock, which keeps what is on hold from everybody who may delete versions. It cannot be
   * switched off again. Default: as it is.
   */
  objectLock?: boolean;
  /**
   * The role of GuardDuty Malware Protection for S3, where that scans `incoming/`: S3 itself then lets nobody read or copy
   * what came in and has no tag `NO_THREATS_FOUND`, and nobody else write that tag. For `guardDutyGate`.
   */
  guardDutyRoleArn?: string | undefined;
  /** Days after which versions that were replaced or deleted are gone for good. Default 90. */
  noncurrentDays?: number | undefined;
  /** Default `aws`; `aws-cn`, `aws-us-gov`. */
  partition?: string | undefined;
}

/** Everything from which the bucket's settings and the policies of its roles are made. */
export interface BucketOptions extends BucketRules {
  bucket: string;
  /** What the module asks for on every write. Default `AES256`. */
  encryption?: Encryption | undefined;
  /** Whether the module sends `x-amz-acl`. Default `private`. */
  acl?: 'private' | 'none' | undefined;
  /** Whether archived months are written with a retention. Default false. */
  archiveRetention?: boolean | undefined;
  /** What the store can do. Default `aws`. */
  store?: StoreName | StoreProfile | undefined;
  /** The role that is assumed for an organisation, confined to its prefixes by the session's tag `OrgId`. */
  tenantRoleArn?: string | undefined;
  /** Who may use `audit-archive/`; default: the tenant role, else whoever IAM allows. */
  archiverRoleArns?: readonly string[] | undefined;
}

export type CheckedBucketOptions = Required<
  Omit<BucketOptions, 'appOrigins' | 'tenantRoleArn' | 'store' | 'guardDutyRoleArn'>
> & {
  guardDutyRoleArn?: string;
  appOrigins?: readonly string[];
  tenantRoleArn?: string;
  store: StoreSettings;
  /** `arn:aws:s3:::bucket` */
  arn: string;
};

/** Fills in the defaults. @throws {StorageError} `misconfigured`, with the mistake and its fix */
export function checkedBucketOptions(options: BucketOptions): CheckedBucketOptions {
  const { partition = 'aws' } = options;
  for (const mistake of [...mistakesInStore(options.store), ...mistakesInRules(options)]) refuse(mistake);
  const store = storeOf(options.store);
  const checked: CheckedBucketOptions = {
    readSeconds: readUrlSeconds,
    writeSeconds: writeUrlSeconds,
    encryption: store.encryption ? 'AES256' : 'none',
    acl: store.acl ? 'private' : 'none',
    archiveRetention: false,
    archiverRoleArns: [],
    breakGlassRoleArns: [],
    requireTls: true,
    strict: false,
    objectLock: false,
    noncurrentDays: 90,
    ...(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as BucketOptions),
    partition,
    store,
    arn: `arn:${partition}:s3:::${options.bucket}`,
  };
  if (checked.strict && !checked.store.policyKnowsEveryEncryption) {
    refuse('strict would deny every multipart upload, copy and form post on this store.');
  }
  return checked;
}

/** What is wrong with rules whatever the rest says, each with its fix. */
export function* mistakesInRules(rules: BucketRules): Generator<string> {
  const { strict, appOrigins = [], breakGlassRoleArns = [] } = rules;
  for (const name of ['readSeconds', 'writeSeconds', 'noncurrentDays'] as const) {
    const value = rules[name] ?? 1;
    if (!Number.isInteger(value) || value < 1) yield `${name} must be a whole number above 0.`;
  }
  if (rules.guardDutyRoleArn !== undefined && !/^arn:[\w-]+:iam::\d{12}:role\/./.test(String(rules.guardDutyRoleArn))) {
    yield 'guardDutyRoleArn must be the ARN of a role.';
  }
  for (const [name, values] of Object.entries({ appOrigins, breakGlassRoleArns })) {
    if (!Array.isArray(values)) yield `${name} must be a list.`;
  }
  for (const origin of Array.isArray(appOrigins) ? appOrigins : []) {
    // A wildcard would also match inside a path: https://evil.example/x.app.example.com/
    if (!isOrigin(origin)) yield `appOrigins are exact, such as https://app.example.com; ${String(origin)} is not.`;
  }
  for (const name of ['requireTls', 'strict', 'objectLock'] as const) {
    if (!['boolean', 'undefined'].includes(typeof rules[name])) yield `${name} must be true or false.`;
  }
  if (strict === true && appOrigins.length === 0) yield 'strict reads are allowed by Referer: give appOrigins.';
}

function isOrigin(text: unknown): boolean {
  return (
    typeof text === 'string' &&
    URL.canParse(text) &&
    /^https?:$/.test(new URL(text).protocol) &&
    new URL(text).origin === text &&
    !text.includes('*')
  );
}

function refuse(message: string): never {
  throw new StorageError('misconfigured', `Bucket options: ${message}`);
}

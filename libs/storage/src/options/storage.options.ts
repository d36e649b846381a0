import type { AwsCredentialIdentityProvider } from '@smithy/types';
import type { BucketRules } from '../bucket/desired/bucket.options.js';
import type { FileGate } from '../files/gates/gate.js';
import type { AuditOptions } from './audit.options.js';
import type { JournalOptions } from './journal.options.js';
import type { TelemetryOptions } from '../telemetry/telemetry.js';
import type { Encryption } from './encryption.js';
import type { StoreName, StoreProfile } from './store-presets.js';

export type { Encryption };
import type { AcceptOption } from '../content/accepted-types.js';

/** Long-lived or temporary keys. Temporary ones (`ASIA…`) need their `sessionToken`. */
export interface StaticCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}

/** Milliseconds. What one of them ends fails with `store_unavailable`. */
export interface Timeouts {
  /** For one try: until the connection stands. Default 3,000. */
  connect: number;
  /** For one try: until all is sent and the answer's headers arrive. Default 30,000. */
  request: number;
  /**
   * For a call to the store, all its tries, its credentials and its answer included; for a download, up to its first byte.
   * Default 45,000: an application should say 503 before whoever waits for it gives up, which is often after 60 seconds.
   */
  call: number;
  /** Waiting for one of our own connections, which no other timeout counts. Default 5,000. */
  queue: number;
  /** Silence of the store in the middle of a download. A reader that pauses is not counted. Default 60,000. */
  socket: number;
}

/** What may be under way at once, in one process. */
export interface Limits {
  /** Downloads through the application. Each holds a connection to the store until its reader has all of it. Default 256. */
  downloadsAtOnce: number;
  /** Of these, by one organisation: more wait for `timeouts.queue`, then fail with `too_many_requests`. Default 64. */
  downloadsPerOrg: number;
  /** Uploads through the application of one user (`by`) of one organisation. Default 16. */
  uploadsPerUser: number;
  /** Uploads through the application of one organisation, each of up to three parts of 5 MiB in memory. Default 64. */
  uploadsPerOrg: number;
}

/** Work with credentials of one organisation at a time: even a wrong key in our own code is refused by the store. */
export interface TenantRole {
  /** The role to assume for an organisation's own files. Its trust policy must allow `sts:AssumeRole` and `sts:TagSession`. */
  roleArn: string;
  /** The role for `audit-archive/`; default: `roleArn`. */
  archiverRoleArn?: string | undefined;
  /** Seconds a session lives: 900 … 43,200, at most 3,600 when the application itself runs on a role. Default 3,600. */
  sessionSeconds?: number | undefined;
  /** Organisations whose clients are kept at once. Default 500. */
  maxTenants?: number | undefined;
  /** STS endpoint; default: the region's own. Stores that answer STS on the S3 endpoint want that here. */
  stsEndpoint?: string | undefined;
  /** Session tags (`OrgId`), which the bucket policy reads. Default true; switch off for stores without `sts:TagSession`. */
  tagSession?: boolean | undefined;
}

export interface StorageModuleOptions {
  /** 3 to 63 of `a-z 0-9 . -`. */
  bucket: string;
  /** The bucket's own region: a presigned URL cannot follow a redirect. */
  region: string;
  /** Where the server reaches S3; default: Amazon's endpoint of the region. */
  endpoint?: string | undefined;
  /** Where clients reach S3, when that differs from `endpoint`: presigned requests name this host. */
  publicEndpoint?: string | undefined;
  /** `https://host/bucket/key` in place of `https://bucket.host/key`. Default: true when `endpoint` is set. */
  forcePathStyle?: boolean | undefined;
  /** Default: the SDK's chain (environment, profile, container or instance role). */
  credentials?: StaticCredentials | AwsCredentialIdentityProvider | undefined;
  /** Default `AES256`, where the store takes it. `{ kmsKeyOf: (org) => key }` gives each organisation a key of its own. */
  encryption?: Encryption | undefined;
  /** `private` (default where the store has ACLs) is sent on every write; `none` for roles without `s3:PutObjectAcl` and cross-account buckets. */
  acl?: 'private' | 'none' | undefined;
  /** `when-supported`: the SDK adds and verifies CRC32 on each call. Default `when-required`, which every store understands. */
  checksums?: 'when-supported' | 'when-required' | undefined;
  timeouts?: Partial<Timeouts> | undefined;
  /** Tries for one call, the first included. Default 3. */
  maxAttempts?: number | undefined;
  /**
   * Connections to the store for writes, and as many again for calls without a body (HEAD, LIST, DELETE, COPY …). One
   * organisation gets at most half of either, and organisations that wait take turns. Default 100. Downloads have their own:
   * `limits`.
   */
  maxSockets?: number | undefined;
  limits?: Partial<Limits> | undefined;
  /** The account that owns the bucket, sent on server-side calls so that a bucket taken over by another account is refused. */
  expectedBucketOwner?: string | undefined;
  /** Where the authenticated organisation stands on a request; default: `request.user.org_id`. Never read it from path, query, header or body. */
  orgOf?: ((request: never) => unknown) | undefined;
  /** Signs upload tokens: 32 bytes or more each; the first signs, all verify. Direct uploads are refused without it. */
  tokenSecrets?: readonly string[] | undefined;
  /** How clients send bytes to the store by default; a request may choose. Default: `POST` where the store verifies policies, else `PUT`. */
  uploadMethod?: 'POST' | 'PUT' | undefined;
  /**
   * Rounds a read URL's signing time down to a multiple of this many seconds, so that one object has one URL within the
   * window and a browser's cache works. The URL's life shrinks by up to the window. 0 … 600, default 0.
   */
  stableUrlSeconds?: number | undefined;
  /**
   * Kinds of files that forms take beside those that are always taken: `{ images: ['tiff', 'bmp'], documents: ['dicom', 'rtf'],
   * videos: ['avi', 'mpeg'] }`, each only ever a download. Default: none of them.
   */
  accept?: AcceptOption | undefined;
  /**
   * What the store can do: `aws` (default), `ceph`, `minio`, `r2`, or one of them with what is different, as
   * `nest-tenant-storage doctor` prints it: `{ like: 'ceph', postPolicy: true }`.
   */
  store?: StoreName | StoreProfile | undefined;
  tenantRole?: TenantRole | undefined;
  /** How the bucket was provisioned beyond these options (`appOrigins`, break-glass roles …): what the check compares with. */
  bucketRules?: BucketRules | undefined;
  /**
   * Whether each write and removal asks the bucket whether the file is on hold (`Holds`) or its organisation is being erased:
   * lists of `control/{org}/`. Default true. Where it is false, `Holds` and `Erasure` refuse.
   */
  orgControl?: boolean | undefined;
  /**
   * Milliseconds for which a process counts on what it has seen of an organisation's erasures: 0 … 5,000, default 1,000; 0
   * asks each time. An erasure waits for minutes in any case; holds are asked for each time.
   */
  orgControlFreshMs?: number | undefined;
  /** Spans and metrics by `@opentelemetry/api`, which has to be installed then; `{}` will do. Default: none. */
  telemetry?: TelemetryOptions | undefined;
  /** Who has a say in the life of every file, in their order: see `FileGate`. */
  gates?: readonly FileGate[] | undefined;
  /** Records everything that is done with files. Default: nothing does. */
  journal?: JournalOptions | undefined;
  /** Seals the archived audit months. Default: they are archived without a seal. */
  audit?: AuditOptions | undefined;
  /**
   * Reads the bucket's settings when the application starts: `warn` logs what differs, `fail` also ends the start when it
   * is an error. Needs the read rights that `nest-tenant-storage policy iam-app` prints. Default `off`.
   */
  checkBucketOnBoot?: 'off' | 'warn' | 'fail' | undefined;
}

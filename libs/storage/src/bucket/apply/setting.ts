import type { S3Client } from '@aws-sdk/client-s3';
import type { CheckedBucketOptions } from '../desired/bucket.options.js';

export type SettingId =
  'public-access' | 'ownership' | 'encryption' | 'versioning' | 'object-lock' | 'lifecycle' | 'cors' | 'policy';

export type Severity = 'error' | 'warning';

/** One thing that is not as it should be. */
export interface Change {
  /** Which part of the setting: a statement, a rule, a flag. */
  part?: string;
  severity: Severity;
  message: string;
  /** Somebody else's rule gives way to ours: never without being asked. */
  foreign?: boolean;
  /** Nothing here is safe to change without knowing why it is so: a person has to decide. */
  manual?: boolean;
}

/** How to address the bucket on every call. */
export interface BucketTarget {
  Bucket: string;
  ExpectedBucketOwner?: string;
}

export interface CallOptions {
  abortSignal?: AbortSignal;
}

interface SettingDefinition<T> {
  id: SettingId;
  /** The IAM actions. */
  reads: string;
  writes: string;
  /** Throws what S3 answers; an answer that there is none is taken as `undefined`. */
  read(client: S3Client, target: BucketTarget, call: CallOptions): Promise<T | undefined>;
  write(client: S3Client, target: BucketTarget, next: T): Promise<unknown>;
  /** What a new bucket has of it, where buckets have defaults (Amazon S3 since April 2023). */
  ofNew?: T;
  /** What is wrong with the present state, and a next one that keeps whatever is stricter or none of our business. */
  plan(current: T | undefined, options: CheckedBucketOptions): { next: T; changes: Change[] };
}

/** A setting as found in a bucket, beside what it should be. */
export interface SettingState {
  id: SettingId;
  before: unknown;
  after: unknown;
  changes: Change[];
  apply(): Promise<void>;
}

export interface Setting {
  id: SettingId;
  inspect(
    client: S3Client,
    target: BucketTarget,
    options: CheckedBucketOptions,
    call?: CallOptions,
  ): Promise<SettingState>;
  /** What a bucket that is yet to be made will need. */
  fresh(options: CheckedBucketOptions): Promise<SettingState>;
}

/** Why a setting could not be read or written. */
export class SettingError extends Error {
  override readonly name = 'SettingError';

  constructor(
    readonly kind: 'credentials' | 'no-credentials' | 'region' | 'forbidden' | 'unsupported' | 'no-bucket' | 'failed',
    readonly setting: SettingId | 'bucket',
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export function setting<T>({ id, reads, writes, read, write, ofNew, plan }: SettingDefinition<T>): Setting {
  const compared = (before: T | undefined, options: CheckedBucketOptions, put: (next: T) => Promise<unknown>) => {
    const { next, changes } = plan(before, options);
    const apply = async () => {
      await put(next).catch((error: unknown) => {
        throw settingError(error, id, writes);
      });
    };
    return { id, before, after: next, changes, apply };
  };
  return {
    id,
    async inspect(client, target, options, call = {}) {
      const before = await read(client, target, call).catch((error: unknown) => absentOr(error, id, reads));
      return compared(before, options, (next) => write(client, target, next));
    },
    async fresh(options) {
      const before = options.store.bucketDefaults ? ofNew : undefined;
      return compared(before, options, () => Promise.reject(new Error('There is no bucket yet.')));
    },
  };
}

interface Failure {
  name?: string;
  message?: string;
  /** Where the bucket is, or what the store wants signatures to be for: in the body, or in a header where there is none. */
  Region?: string;
  $response?: { headers?: Record<string, string> };
  $metadata?: { httpStatusCode?: number };
}

function absentOr(error: unknown, id: SettingId, action: string): undefined {
  const { name, $metadata } = error as Failure;
  if ($metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket') return undefined;
  throw settingError(error, id, action);
}

const credentialNames = new Set([
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
  'InvalidToken',
  'ExpiredToken',
  'RequestTimeTooSkewed',
]);
const regionNames = new Set([
  'AuthorizationHeaderMalformed',
  'PermanentRedirect',
  'IllegalLocationConstraintException',
]);
const unsupportedNames = new Set(['NotImplemented', 'MethodNotAllowed', 'UnsupportedOperation', 'XNotImplemented']);

const noCredentials =
  'No credentials were found, neither in the option credentials (in this command: S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY) nor by the AWS SDK (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, the role of a container or machine).';

export function settingError(error: unknown, id: SettingId | 'bucket', action: string): SettingError {
  if (error instanceof SettingError) return error;
  const { name = 'Unknown', message = '', Region, $response, $metadata } = error as Failure;
  const status = $metadata?.httpStatusCode;
  const as = (kind: SettingError['kind'], text: string) => new SettingError(kind, id, text, { cause: error });
  if (name === 'CredentialsProviderError') return as('no-credentials', noCredentials);
  if (regionNames.has(name) || status === 301) {
    const region = Region ?? $response?.headers?.['x-amz-bucket-region'];
    return as('region', `The region is not this one${region ? ` but ${region}` : `: ${message}`} (${name}).`);
  }
  if (credentialNames.has(name)) return as('credentials', `The credentials do not work here: ${message} (${name})`);
  if (status === 401 || status === 403) {
    return as('forbidden', `These credentials lack ${action}, or a policy denies it (${name}).`);
  }
  if (name === 'NoSuchBucket' || (id === 'bucket' && status === 404))
    return as('no-bucket', 'The bucket does not exist.');
  // A store that does not know a sub-resource takes it for something else and finds that malformed.
  if (status === 405 || status === 501 || unsupportedNames.has(name) || (status === 400 && id !== 'policy')) {
    return as('unsupported', `This store does not support ${action} (${name}).`);
  }
  return as('failed', `${action} failed: ${message || name}`);
}

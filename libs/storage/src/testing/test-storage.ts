import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { startEmbeddedS3, type EmbeddedS3, type EmbeddedS3Options } from '../../../embedded-s3/src/index.js';
import { randomBytes } from 'node:crypto';
import { checkedBucketOptions } from '../bucket/desired/bucket.options.js';
import { bucketOptionsOf } from '../bucket/apply/check-bucket.js';
import { runProbes } from '../bucket/probes/run-probes.js';
import { provision } from '../bucket/apply/provision.js';
import { createS3Client } from '../store/client/s3-client.js';
import type { StorageModuleOptions } from '../options/storage.options.js';
import type { StoreCapabilities } from '../options/store-presets.js';
import { storageSettings } from '../options/storage.settings.js';

/** A store for tests with an empty bucket, and options that lead `StorageModule` to it. */
export interface TestStorage {
  /** For `StorageModule.forRoot`. */
  options: StorageModuleOptions;
  /** The embedded server, with its clock, faults and log. Throws where the tests run against another endpoint. */
  readonly s3: EmbeddedS3;
  bucket: string;
  /** What the store can do: all of it for the embedded server, measured for another one. */
  capabilities: StoreCapabilities;
  isEmbedded: boolean;
  /** An unguarded client with the account's own keys, to look and reach behind the module's back. */
  raw: S3Client;
  /** Everything in the bucket but the marks of ended uploads: keys of objects, and of multipart uploads still open. */
  contents(): Promise<{ keys: string[]; openUploads: string[] }>;
  /** Keys of the marks that direct uploads leave for a day when they end. */
  marks(): Promise<string[]>;
  empty(): Promise<void>;
  close(): Promise<void>;
}

export interface TestStorageOptions {
  embedded?: EmbeddedS3Options;
  /** For tests of an application rather than of its store: the embedded server, whatever endpoint is set. */
  embeddedOnly?: boolean;
  /** Laid over the options that lead to the store. */
  storage?: Partial<StorageModuleOptions>;
}

/**
 *     const storage = await startTestStorage();
 *     const app = await Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
 *     // …
 *     await storage.close();
 *
 * The bucket has the policy and settings that `nest-tenant-storage provision` gives it. With `S3_TEST_ENDPOINT`,
 * `S3_TEST_ACCESS_KEY`, `S3_TEST_SECRET_KEY` and `S3_TEST_BUCKET` the same tests run against another store (path style):
 * each call makes a bucket of its own beside that one, measures what the store can do, and removes the bucket at the end.
 * `S3_TEST_REGION` (us-east-1) and `S3_TEST_ROLE_ARN`, a role to assume for each organisation, are optional.
 */
export async function startTestStorage({
  embedded,
  embeddedOnly = false,
  storage,
}: TestStorageOptions = {}): Promise<TestStorage> {
  const isExternal = Boolean(process.env['S3_TEST_ENDPOINT']) && !embeddedOnly;
  const target = isExternal ? await externalStore(storage) : await embeddedStore(embedded, storage);
  const { raw, bucket } = target;
  const objects = async () => {
    const { Contents = [] } = await raw.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key }) => Key ?? '');
  };
  const uploads = async () => (await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads ?? [];
  const contents = async () => {
    const openUploads = (await uploads()).map(({ Key }) => Key ?? '');
    return { keys: (await objects()).filter((key) => !isMark(key)), openUploads };
  };
  const empty = async () => {
    // Nearly every test ends with this, most with little in the bucket: listings would cost as much as some of them.
    const seen = target.server?.contents(bucket);
    for (const { Key, UploadId } of seen?.openUploads.length === 0 ? [] : await uploads()) {
      await raw.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
    const Objects = (seen?.keys ?? (await objects())).map((Key) => ({ Key }));
    for (let at = 0; at < Objects.length; at += 1000) {
      const Delete = { Objects: Objects.slice(at, at + 1000), Quiet: true };
      const { Errors } = await raw.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }));
      if (Errors) throw new Error(`The test bucket could not be emptied: ${JSON.stringify(Errors)}`);
    }
  };
  const close = async () => {
    if (!target.server) {
      await empty();
      await raw.send(new DeleteBucketCommand({ Bucket: bucket }));
    }
    raw.destroy();
    await target.server?.close();
  };
  return {
    options: target.options,
    bucket,
    raw,
    capabilities: target.capabilities,
    isEmbedded: target.server !== undefined,
    get s3() {
      if (target.server) return target.server;
      throw new Error('This test needs the embedded server.');
    },
    contents,
    marks: async () => (await objects()).filter(isMark),
    empty,
    close,
  };
}

const isMark = (key: string) => /^incoming\/.*\.(?:over|ended)$/.test(key);

interface Target {
  bucket: string;
  options: StorageModuleOptions;
  raw: S3Client;
  capabilities: StoreCapabilities;
  server?: EmbeddedS3;
}

async function embeddedStore(embedded?: EmbeddedS3Options, storage?: Partial<StorageModuleOptions>): Promise<Target> {
  const bucket = 'tenant-files';
  const server = await startEmbeddedS3({ ...embedded, buckets: [bucket] });
  const { endpoint, region, credentials } = server;
  // The account's own keys may empty the archive too, which nobody may in a bucket without such an exception.
  const bucketRules = { breakGlassRoleArns: ['arn:aws:iam::000000000000:root'], ...storage?.bucketRules };
  const options = { bucket, region, endpoint, credentials, tokenSecrets: secrets(), ...storage, bucketRules };
  const settings = storageSettings(options);
  const admin = createS3Client(settings);
  const steps = await provision(settings, admin, bucketRules, { confirm: async () => true });
  admin.destroy();
  const failed = steps.filter(({ outcome }) => outcome === 'failed');
  if (failed.length > 0) throw new Error(`The test bucket could not be provisioned: ${JSON.stringify(failed)}`);
  return { bucket, options, raw: rawClient(options), capabilities: settings.store, server };
}

async function externalStore(storage?: Partial<StorageModuleOptions>): Promise<Target> {
  const env = (name: string) => process.env[`S3_TEST_${name}`];
  const role = env('ROLE_ARN');
  const options: StorageModuleOptions = {
    bucket: `${env('BUCKET') ?? 'tenant-files'}-${randomBytes(4).toString('hex')}`,
    region: env('REGION') ?? 'us-east-1',
    endpoint: env('ENDPOINT'),
    credentials: { accessKeyId: env('ACCESS_KEY') ?? '', secretAccessKey: env('SECRET_KEY') ?? '' },
    tokenSecrets: secrets(),
    ...(role && { tenantRole: { roleArn: role, stsEndpoint: env('ENDPOINT'), tagSession: false } }),
    ...storage,
  };
  const raw = rawClient(options);
  await raw.send(new CreateBucketCommand({ Bucket: options.bucket }));
  const settings = storageSettings(options);
  const admin = createS3Client(settings);
  const checked = checkedBucketOptions(bucketOptionsOf(settings, {}));
  const { store: capabilities } = await runProbes(settings, admin, checked);
  admin.destroy();
  return {
    bucket: options.bucket,
    options: { ...options, store: capabilities, ...(storage?.store && { store: storage.store }) },
    raw,
    capabilities,
  };
}

const secrets = () => [randomBytes(32).toString('hex')];

const rawClient = ({ region, endpoint, credentials }: StorageModuleOptions) =>
  new S3Client({
    region,
    endpoint,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

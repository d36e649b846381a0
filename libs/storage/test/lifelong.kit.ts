import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startEmbeddedS3 } from '../../embedded-s3/src/index.js';
import { officerPolicy } from '../src/bucket/desired/iam-policies.js';
import type { StorageModuleOptions } from '../src/options/storage.options.js';
import { keptStatesIn, linesOfOrg } from './kept-states.kit.js';

const bucket = 'lifelong';
const officer = { accessKeyId: 'AKIAOFFICER', secretAccessKey: 'secret-of-the-officer' };

/**
 * A bucket with versions and object lock: of the embedded server, whose officer has what `policy iam-officer` prints, or with
 * `S3_TEST_ENDPOINT` and its like of another store.
 */
export async function startLifelong() {
  const env = (name: string) => process.env[`S3_TEST_${name}`] ?? '';
  const isEmbedded = env('ENDPOINT') === '';
  const policy = officerPolicy({ bucket });
  const server = isEmbedded ? await startEmbeddedS3({ users: [{ name: 'officer', ...officer, policy }] }) : undefined;
  const Bucket = isEmbedded ? bucket : `${env('BUCKET') || 'tenant-files'}-${Date.now().toString(36)}`;
  const endpoint = server?.endpoint ?? env('ENDPOINT');
  const region = server?.region ?? (env('REGION') || 'us-east-1');
  const root = server?.credentials ?? { accessKeyId: env('ACCESS_KEY'), secretAccessKey: env('SECRET_KEY') };
  const raw = new S3Client({
    ...{ region, endpoint, credentials: { ...root }, forcePathStyle: true },
    ...{ requestChecksumCalculation: 'WHEN_REQUIRED', responseChecksumValidation: 'WHEN_REQUIRED' },
  });
  await raw.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
  const options: StorageModuleOptions = {
    ...{ bucket: Bucket, region, endpoint, credentials: isEmbedded ? officer : root },
    store: isEmbedded ? 'aws' : 'ceph',
  };
  const { accessKeyId, secretAccessKey } = isEmbedded ? officer : root;

  const put = (Key: string, Body: string) => raw.send(new PutObjectCommand({ Bucket, Key, Body }));
  const kept = () => keptStatesIn(raw, Bucket);

  return {
    Bucket,
    raw,
    server,
    options,
    put,
    /** For the command. */
    env: {
      S3_BUCKET: Bucket,
      S3_ENDPOINT: endpoint,
      S3_REGION: region,
      S3_ACCESS_KEY_ID: accessKeyId,
      S3_SECRET_ACCESS_KEY: secretAccessKey,
      S3_FORCE_PATH_STYLE: 'true',
      ...(isEmbedded ? {} : { S3_STORE: 'ceph' }),
    },
    open: (Key: string) => raw.send(new CreateMultipartUploadCommand({ Bucket, Key })),
    remove: (Key: string) => raw.send(new DeleteObjectCommand({ Bucket, Key })),
    retain: (Key: string, until: Date) =>
      raw.send(
        new PutObjectRetentionCommand({ Bucket, Key, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: until } }),
      ),
    /** Whether any state of an object is left; the mark of its deletion is none. */
    async isThere(Key: string) {
      const { Versions = [] } = await raw.send(new ListObjectVersionsCommand({ Bucket, Prefix: Key, MaxKeys: 5 }));
      return Versions.some((version) => version.Key === Key);
    },
    /** All that the bucket keeps, behind the module's back. */
    kept,
    /** What an organisation has of it. */
    everything: async (org: string) => linesOfOrg(await kept(), org),
    async close() {
      if (!server) {
        for (const { key: Key, id, kind } of await kept()) {
          const version = { Bucket, Key, VersionId: id };
          const off = { ...version, LegalHold: { Status: 'OFF' as const } };
          if (kind === 'version') await raw.send(new PutObjectLegalHoldCommand(off)).catch(() => {});
          const remove = { ...version, BypassGovernanceRetention: true };
          if (kind === 'upload') await raw.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: id }));
          else await raw.send(new DeleteObjectCommand(remove)).catch(() => {});
        }
        await raw.send(new DeleteBucketCommand({ Bucket }));
      }
      raw.destroy();
      await server?.close();
    },
  };
}

/** Does them all, so many at once. */
export async function allOf<T>(items: readonly T[], run: (item: T) => Promise<unknown>, atOnce = 32): Promise<void> {
  const waiting = [...items].toReversed();
  const next = async () => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
}

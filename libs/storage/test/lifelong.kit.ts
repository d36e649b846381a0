import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
  type ObjectVersion,
} from '@aws-sdk/client-s3';
import { startEmbeddedS3 } from '../../embedded-s3/src/index.js';
import { officerPolicy } from '../src/bucket/desired/iam-policies.js';
import { areas } from '../src/keys/areas.js';
import type { StorageModuleOptions } from '../src/options/storage.options.js';

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
  async function* found(Prefix: string) {
    for (let [more, at] = [true, {}]; more;) {
      const page = await raw.send(new ListObjectVersionsCommand({ Bucket, Prefix, ...at }));
      for (const version of page.Versions ?? []) yield { ...version, isMarker: false };
      for (const version of page.DeleteMarkers ?? []) yield { ...(version as ObjectVersion), isMarker: true };
      more = page.IsTruncated === true;
      at = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
  }
  const uploads = async (Prefix: string) =>
    (await raw.send(new ListMultipartUploadsCommand({ Bucket, Prefix }))).Uploads ?? [];

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
    /** All that an organisation has, behind the module's back. */
    async everything(org: string) {
      const all: string[] = [];
      for (const { root } of Object.values(areas)) {
        for await (const { Key, VersionId, ETag = 'deleted' } of found(`${root}${org}/`))
          all.push(`${Key} ${VersionId} ${ETag}`);
        for (const { Key, UploadId } of await uploads(`${root}${org}/`)) all.push(`${Key} ${UploadId} open`);
      }
      return all.toSorted();
    },
    /** The versions of an organisation, each as `leaf` makes it of them. */
    async leaves(org: string, leaf: (found: { key: string; id: string; size: number; etag: string }) => string) {
      const all: string[] = [];
      for (const { root } of Object.values(areas)) {
        for await (const { Key: key = '', VersionId: id = '', Size: size = 0, ETag: etag = '' } of found(
          `${root}${org}/`,
        ))
          all.push(leaf({ key, id, size, etag }));
      }
      return all.toSorted();
    },
    async close() {
      if (!server) {
        for await (const { Key, VersionId, isMarker } of found('')) {
          const off = { Bucket, Key, VersionId, LegalHold: { Status: 'OFF' as const } };
          if (!isMarker) await raw.send(new PutObjectLegalHoldCommand(off)).catch(() => {});
          const remove = { Bucket, Key, VersionId, BypassGovernanceRetention: true };
          await raw.send(new DeleteObjectCommand(remove)).catch(() => {});
        }
        for (const { Key, UploadId } of await uploads(''))
          await raw.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
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

import { newVersionId } from '../request/version-id.js';
import type { S3 } from '../s3.js';
import type { BucketRecord, Change, ObjectVersion } from '../store/records.js';
import { expiryOf, isUploadDue, planKey } from './lifecycle-plan.js';
import { parseLifecycle, type LifecycleRule } from './lifecycle-rules.js';

/** Expires objects, versions and uploads as the buckets' lifecycle rules ask for. */
export async function applyLifecycle(s3: S3): Promise<void> {
  for (const bucket of s3.store.buckets()) {
    const document = bucket.config['lifecycle'];
    if (document !== undefined) applyRules(s3, bucket, document);
  }
}

/** `x-amz-expiration` of a current version; nothing of one that no rule will expire. */
export function expirationHeader(s3: S3, bucket: string, version: ObjectVersion): Record<string, string> {
  const record = s3.store.bucket(bucket);
  const document = record.config['lifecycle'];
  if (document === undefined || s3.store.objects(bucket).latest(version.key)?.versionId !== version.versionId)
    return {};
  const rules = parsed.get(record) ?? parseLifecycle(document);
  parsed.set(record, rules);
  const expiry = expiryOf(rules, version);
  if (!expiry) return {};
  const date = new Date(expiry.at).toUTCString();
  return { 'x-amz-expiration': `expiry-date="${date}", rule-id="${encodeURIComponent(expiry.id)}"` };
}

const parsed = new WeakMap<BucketRecord, LifecycleRule[]>();

function applyRules(s3: S3, bucket: BucketRecord, document: string): void {
  const rules = parseLifecycle(document);
  const now = s3.clock.now().getTime();
  const objects = s3.store.objects(bucket.name);
  const changes: Change[] = [];
  for (const key of objects.keysFrom('')) {
    const plan = planKey(rules, objects.versions(key), { now, versioned: bucket.versioning !== undefined });
    for (const { versionId } of plan.remove)
      changes.push({ type: 'removeVersion', bucket: bucket.name, key, versionId });
    if (!plan.addMarker) continue;
    const versionId = newVersionId({ s3, bucket: bucket.name });
    const version = { key, versionId, deleteMarker: true, lastModified: now } as const;
    changes.push({ type: 'version', bucket: bucket.name, version });
  }
  for (const upload of s3.store.uploads(bucket.name)) {
    if (isUploadDue(rules, upload, now)) changes.push({ type: 'removeUpload', uploadId: upload.id });
  }
  if (changes.length > 0) s3.store.commit(...changes);
}

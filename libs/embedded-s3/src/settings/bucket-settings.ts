import type { BucketRecord } from '../store/records.js';
import { DEFAULT_ENCRYPTION, DEFAULT_OWNERSHIP, DEFAULT_PUBLIC_ACCESS_BLOCK } from './defaults.js';

/** Settings that a bucket has without anybody setting them. */
const DEFAULTS: Readonly<Record<string, string>> = {
  encryption: DEFAULT_ENCRYPTION,
  ownershipControls: DEFAULT_OWNERSHIP,
  publicAccessBlock: DEFAULT_PUBLIC_ACCESS_BLOCK,
};

/** Stands for a setting that was deleted, where one that was never made has a default. */
const REMOVED = '';

/** The document of a sub-resource; undefined when the bucket has none. */
export const settingOf = ({ config }: BucketRecord, name: string): string | undefined =>
  (config[name] ?? DEFAULTS[name]) || undefined;

export const withSetting = (bucket: BucketRecord, name: string, document: string): BucketRecord => ({
  ...bucket,
  config: { ...bucket.config, [name]: document },
});

/** Encryption cannot be removed: its default comes back. */
export function withoutSetting(bucket: BucketRecord, name: string): BucketRecord {
  const { [name]: _, ...config } = bucket.config;
  const removed = name in DEFAULTS && name !== 'encryption' ? { [name]: REMOVED } : {};
  return { ...bucket, config: { ...config, ...removed } };
}

/** What is read out of a record's settings, kept as long as the record: every write asks, and a changed bucket is another record. */
export function oncePerRecord<T>(read: (bucket: BucketRecord) => T): (bucket: BucketRecord) => T {
  const known = new WeakMap<BucketRecord, { value: T }>();
  return (bucket) => {
    const { value } = known.get(bucket) ?? { value: read(bucket) };
    known.set(bucket, { value });
    return value;
  };
}

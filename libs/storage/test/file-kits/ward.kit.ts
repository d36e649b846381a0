import { ListMultipartUploadsCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import type { EmbeddedS3Options } from '@nest-tenant-storage/embedded-s3';
import { diagnose, type DoctorOptions, type DoctorReport } from '../../src/bucket/doctor.js';
import { provision } from '../../src/bucket/apply/provision.js';
import type { StorageModuleOptions } from '../../src/options/storage.options.js';
import { bucket, rules, startBucket } from '../bucket-kits/bucket.kit.js';

const closing: (() => unknown)[] = [];

/** Has it closed by `closeWards`, before what was opened earlier. */
export const closeLater = (close: () => unknown): void => void closing.push(close);

export async function closeWards(): Promise<void> {
  for (const close of closing.splice(0).toReversed()) await close();
}

/** A provisioned bucket, and the doctor for it. */
export async function ward(embedded: EmbeddedS3Options = {}, more: Partial<StorageModuleOptions> = {}) {
  const { s3, settings, client, raw, close } = await startBucket(embedded, more);
  closeLater(close);
  await provision(settings, client, rules, { confirm: async () => true });
  const contents = async () => {
    const { Versions = [], DeleteMarkers = [] } = await raw.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const { Uploads = [] } = await raw.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return [...Versions, ...DeleteMarkers, ...Uploads].map(({ Key }) => Key);
  };
  const doctor = (options?: DoctorOptions) => diagnose(settings, client, rules, options);
  return { s3, settings, client, doctor, contents };
}

export const verdicts = ({ guards }: DoctorReport, verdict: string) =>
  guards.filter((guard) => guard.verdict === verdict).map(({ id }) => id);
export const ids = ({ findings }: DoctorReport) => findings.map(({ id }) => id);

import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketOptionsOf } from '../src/bucket/apply/check-bucket.js';
import { bucketPolicy } from '../src/bucket/desired/bucket-policy.js';
import { Arguments } from '../src/cli/arguments.js';
import { settingsFrom } from '../src/cli/inputs.js';
import { AuditArchiveService } from '../src/kinds/audit-month.js';
import type { TestStorageOptions } from '../src/testing/test-storage.js';
import { command, envOf } from './command.kit.js';
import { by, eleven, one, startOrgFiles } from './file-kits/org-files.kit.js';

/** Two organisations with the same files, unless `isEmpty`, and a folder for what is exported of them. */
export async function startExports({ isEmpty = false, ...options }: TestStorageOptions & { isEmpty?: boolean } = {}) {
  const files = await startOrgFiles(options);
  const { storage } = files;
  for (const org of isEmpty ? [] : [one, eleven]) {
    await files.form(org, 2, 'ä report.pdf');
    await files.form(org, 1, 'Ä REPORT.pdf');
    await files.form(org, 1, 'con.pdf');
    const { place } = await files.form(org, 1, 'deleted.pdf');
    await files.forms.delete(org, place);
    await files.module.get(AuditArchiveService).append(org, { year: 2026, month: 1 }, [{ org }], { by });
    await files.put(`incoming/${org}/left`);
  }
  const root = mkdtempSync(join(tmpdir(), 'export-'));
  const env = envOf(storage);
  let count = 0;
  const next = () => String(++count);
  const settingsOf = (bucket: string) => settingsFrom(new Arguments([], env), env, { bucket });
  return {
    ...{ files, storage, root, env, next, settingsOf },
    /** One with versions and the policy that `provision` gives it, by which archived months are written once. */
    async newBucket({ objectLock = false, name: Bucket = `new-bucket-${next()}` } = {}): Promise<string> {
      const { raw } = storage;
      await raw.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: objectLock }));
      const policy = bucketPolicy(bucketOptionsOf(settingsOf(Bucket), { objectLock }));
      await raw.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) }));
      const VersioningConfiguration = { Status: 'Enabled' as const };
      await raw.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      return Bucket;
    },
    async keysIn(Bucket: string): Promise<string[]> {
      const { Contents = [] } = await storage.raw.send(new ListObjectsV2Command({ Bucket }));
      return Contents.map(({ Key = '' }) => Key);
    },
    /** That is not there yet. */
    folder: () => join(root, next()),
    call: (...line: string[]) => command(line, { env }),
    callIn: (bucket: string, ...line: string[]) => command(line, { env: { ...env, S3_BUCKET: bucket } }),
    /** What lies in a place of another bucket, in base64. */
    async inPlace(Bucket: string, prefix: string): Promise<Record<string, string>> {
      const { Contents = [] } = await storage.raw.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
      const found: Record<string, string> = {};
      for (const { Key = '' } of Contents) {
        const { Body } = await storage.raw.send(new GetObjectCommand({ Bucket, Key }));
        found[Key.slice(prefix.length)] = Buffer.from(await Body!.transformToByteArray()).toString('base64');
      }
      return found;
    },
    async close() {
      rmSync(root, { recursive: true, force: true });
      await files.close();
    },
  };
}

/** What lies in a folder, in base64. */
export const inFolder = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path).toString('base64')]),
  );

/** All of an export but its summary, which has the time. */
export const withoutTime = ({ 'export.json': _summary, ...rest }: Record<string, string>) => rest;

/** Whether there are these programs of the system. */
export const hasTool =
  (...names: string[]) =>
  () =>
    names.every((name) => spawnSync(name, ['-v'], { input: '' }).error === undefined);

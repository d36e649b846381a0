import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Test } from '@nestjs/testing';
import { orgScopedKey } from '../src/keys/object-key.js';
import { parseOrgId } from '../src/keys/org-id.js';
import { ObjectStore } from '../src/store/object-store.js';
import { VersionStore } from '../src/store/versions/version-store.js';
import { StorageModule } from '../src/storage.module.js';
import type { StorageModuleOptions } from '../src/options/storage.options.js';
import { startTestStorage } from '../src/testing/test-storage.js';

export const one = parseOrgId('1');
export const eleven = parseOrgId('11');
export const key = orgScopedKey(one, 'uploads/a b/ä+%c.bin');
export const attributes = { contentType: 'application/pdf', metadata: { 'file-name': 'a.pdf' } };

/** An object store on a bucket of its own; `storeWith` makes further ones with other options. */
export async function startObjectStore() {
  const storage = await startTestStorage();
  const open: { close(): Promise<void> }[] = [];
  const storesWith = async (options: Partial<StorageModuleOptions> = {}) => {
    const imports = [StorageModule.forRoot({ ...storage.options, ...options })];
    const module = await Test.createTestingModule({ imports }).compile();
    open.push(module);
    return { store: module.get(ObjectStore), versions: module.get(VersionStore) };
  };
  const storeWith = async (options?: Partial<StorageModuleOptions>) => (await storesWith(options)).store;
  const reset = async () => {
    if (storage.isEmbedded) storage.s3.faults.clear();
    await storage.empty();
  };
  const close = async () => {
    await Promise.all(open.map((module) => module.close()));
    await storage.close();
  };
  /** The bytes under `key`, read behind the module's back. */
  const stored = async () => {
    const { Body } = await storage.raw.send(new GetObjectCommand({ Bucket: storage.bucket, Key: key }));
    return Buffer.from(await Body!.transformToByteArray());
  };
  return { storage, store: await storeWith(), storeWith, storesWith, stored, reset, close };
}

export async function* stream(bytes: Buffer, chunk = 65_536) {
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
}

/** No two parts of it are alike. */
export const pattern = (length: number) => Buffer.alloc(length, 'the quick brown foxes ');

// src/org-keys.ts
import { keyToDelete, type Erasure, type OrgId, type StorageModuleOptions } from 'nest-tenant-storage';

/** Read from the application's own table at the start: it is asked for each write. */
export const keys = new Map<string, string>([
  ['1', 'arn:aws:kms:eu-central-1:111122223333:key/6f0e1c1e-0b6c-4c1e-9b7d-1f2a3b4c5d6e'],
]);

export const withKeys: StorageModuleOptions = {
  bucket: 'clinic-files',
  region: 'eu-central-1',
  encryption: {
    kmsKeyOf: (org) => {
      const key = keys.get(org);
      if (key) return key;
      throw new Error(`Organisation ${org} has no key.`);
    },
  },
  tenantRole: { roleArn: 'arn:aws:iam::111122223333:role/files-tenant' },
};

/** `scheduleDeletion` is a call of `@aws-sdk/client-kms`, with an officer's rights: `ScheduleKeyDeletionCommand`. */
export async function eraseWithKey(
  erasure: Erasure,
  org: OrgId,
  order: Parameters<Erasure['erase']>[1],
  scheduleDeletion: (key: string) => Promise<void>,
) {
  const statement = await erasure.erase(org, order);
  const key = keyToDelete(statement);
  if (key) await scheduleDeletion(key);
  return statement;
}

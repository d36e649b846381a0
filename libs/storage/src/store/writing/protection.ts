import { areaOf, areasWithoutKey } from '../../keys/areas.js';
import type { OrgId } from '../../keys/org-id.js';
import { hasKeys, type WriteEncryption } from '../../options/encryption.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { StorageError } from '../../storage.error.js';
import { CallClock } from '../client/call-clock.js';

/** What one write asks of the store for its protection. */
export interface Protection {
  encryption: WriteEncryption;
  acl: 'private' | 'none';
}

type Needed = Pick<StorageSettings, 'encryption' | 'acl' | 'store' | 'timeouts'>;

/** How what an organisation has under a key or prefix is written. @throws {StorageError} where it should have a key and has none */
export async function protectionOf(settings: Needed, org: OrgId, key: string): Promise<Protection> {
  const { encryption, acl } = settings;
  if (!hasKeys(encryption)) return { encryption, acl };
  if (areasWithoutKey.includes(areaOf(key))) return { encryption: 'AES256', acl };
  return { encryption: { kmsKeyId: await keyOf(settings, org) }, acl };
}

/**
 * The key that an organisation's files are encrypted with, where each has one.
 *
 * @throws {StorageError} `misconfigured` for what is no key, `check_unavailable` where the application could not tell
 */
export async function keyOf(settings: Needed, org: OrgId): Promise<string> {
  const { encryption, store, timeouts } = settings;
  if (!hasKeys(encryption)) throw new StorageError('misconfigured', 'Organisations have no keys of their own here.');
  const asked = (async () => encryption.kmsKeyOf(org))();
  // Half of a call's time: what waits for the key ends later.
  const key: unknown = await new CallClock(timeouts.call / 2).race(asked).catch((cause: unknown) => {
    throw new StorageError('check_unavailable', 'The key for these files could not be found: nothing was stored.', {
      cause,
    });
  });
  const isKey = typeof key === 'string' && (store.like === 'aws' ? arnOfKey : anyKey).test(key);
  if (isKey) return key;
  const wanted = store.like === 'aws' ? 'ARN of a key (arn:aws:kms:…:key/…)' : 'key';
  const cause = new Error(`kmsKeyOf gave no ${wanted} for organisation ${org}.`);
  throw new StorageError('misconfigured', 'There is no key for these files: nothing was stored.', { cause });
}

/** An alias or a short id reaches a policy as the ARN of its key, and would be refused there. */
const arnOfKey = /^arn:[\w-]+:kms:[\w-]+:\d{12}:key\/[\w-]+$/;
const anyKey = /^[\x21-\x7e]{1,2048}$/;

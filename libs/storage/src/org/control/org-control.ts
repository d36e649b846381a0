import type { StorageSettings } from '../../options/storage.settings.js';
import { StorageError } from '../../storage.error.js';

/** What nobody heeds must not be written. @throws {StorageError} `misconfigured` */
export function requireOrgControl({ orgControl }: Pick<StorageSettings, 'orgControl'>): void {
  if (orgControl) return;
  throw new StorageError('misconfigured', 'Holds and erasure need the option orgControl, in every process.');
}

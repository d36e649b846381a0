import type { StorageSettings } from '../storage.settings.js';

/** What every write asks for, as parameters of the SDK's commands. */
export function writeProtection({ encryption, acl }: StorageSettings) {
  return {
    ...(encryption === 'AES256' && { ServerSideEncryption: 'AES256' as const }),
    ...(typeof encryption === 'object' && {
      ServerSideEncryption: 'aws:kms' as const,
      SSEKMSKeyId: encryption.kmsKeyId,
    }),
    ...(acl === 'private' && { ACL: 'private' as const }),
  };
}

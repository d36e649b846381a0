import type { Retention } from '../object-requests.js';
import type { Protection } from './protection.js';

/** What a write can say of itself for its protection: the parameters of the SDK's commands, and the headers they become. */
const headerOf = {
  ServerSideEncryption: 'x-amz-server-side-encryption',
  SSEKMSKeyId: 'x-amz-server-side-encryption-aws-kms-key-id',
  ACL: 'x-amz-acl',
} as const;

export const protectionHeaders = Object.values(headerOf);
export const encryptionHeader = headerOf.ServerSideEncryption;
export const keyHeader = headerOf.SSEKMSKeyId;
export const sha256Header = 'x-amz-checksum-sha256';

/** Only where nothing is yet. */
export const onlyAsTheFirst = {
  params: { IfNoneMatch: '*' },
  headers: { 'if-none-match': '*' } as Record<string, string>,
};

/** What a write asks for, as parameters of the SDK's commands. */
export function protectionParams({ encryption, acl }: Protection) {
  return {
    ...(encryption === 'AES256' && { ServerSideEncryption: 'AES256' as const }),
    ...(typeof encryption === 'object' && {
      ServerSideEncryption: 'aws:kms' as const,
      SSEKMSKeyId: encryption.kmsKeyId,
    }),
    ...(acl === 'private' && { ACL: 'private' as const }),
  };
}

/** The same as headers of a signed request: each is signed, so each must be sent as it is. */
export const protectionAsHeaders = (protection: Protection): Record<string, string> =>
  Object.fromEntries(
    Object.entries(protectionParams(protection)).map(([name, value]) => [
      headerOf[name as keyof typeof headerOf],
      value,
    ]),
  );

/** The same as fields of a form, where the ACL has another name. */
export function protectionAsFields(protection: Protection): Record<string, string> {
  const { [headerOf.ACL]: acl, ...encryption } = protectionAsHeaders(protection);
  return { ...(acl && { acl }), ...encryption };
}

/** What keeps one version for a time, where that is asked for. */
export const lockUntil = (retention: Retention | undefined) =>
  retention && { ObjectLockMode: retention.mode, ObjectLockRetainUntilDate: retention.until };

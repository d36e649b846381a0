import type { S3Client } from '@aws-sdk/client-s3';
import type { OrgId } from '../../keys/org-id.js';
import { onBehalfOf } from '../client/org-guard.js';
import { GetObjectLegalHoldCommand, GetObjectRetentionCommand } from '../client/sdk.cjs';

export interface Locks {
  legalHold: boolean;
  /** Kept until then; `COMPLIANCE` by everybody, whoever asks. */
  retention?: { mode: 'GOVERNANCE' | 'COMPLIANCE'; until: Date };
}

interface Version {
  Bucket: string;
  ExpectedBucketOwner?: string;
  Key: string;
  VersionId: string;
}

/** A bucket without object lock, and an object that was never locked, are no failure: neither locks anything. */
const unlocked = new Set([
  'NoSuchObjectLockConfiguration',
  'ObjectLockConfigurationNotFoundError',
  'InvalidRequest',
  'NotImplemented',
  'MethodNotAllowed',
]);

/** Asks for both: a refused delete says nothing of why. */
export async function locksOf(client: S3Client, org: OrgId, version: Version): Promise<Locks> {
  const [hold, kept] = await Promise.all([
    client.send(onBehalfOf(org, new GetObjectLegalHoldCommand({ ...version }))).catch(nothing),
    client.send(onBehalfOf(org, new GetObjectRetentionCommand({ ...version }))).catch(nothing),
  ]);
  const { Mode: mode, RetainUntilDate: until } = kept?.Retention ?? {};
  return {
    legalHold: hold?.LegalHold?.Status === 'ON',
    ...(mode && until && until.getTime() > Date.now() && { retention: { mode, until } }),
  };
}

function nothing(error: unknown): undefined {
  if (unlocked.has((error as { name?: string }).name ?? '')) return undefined;
  throw error;
}

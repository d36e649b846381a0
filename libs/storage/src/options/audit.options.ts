import { createPublicKey } from 'node:crypto';
import { NoteSigner, type AuditSigner } from '../audit/signer.js';

/** Seals archived audit months, so that whoever has the public key can check them without trusting the bucket. */
export interface AuditOptions {
  /**
   * Names the log in every seal, best by a name that is yours: `clinic.example/audit`. At most 100 bytes. Default
   * `nest-tenant-storage/audit`.
   */
  origin?: string;
  /** Who signs: what `nest-tenant-storage audit keygen` made, or what asks a KMS. */
  signer?: AuditSigner;
  /** In place of `signer`: up to four, who each sign, for the time in which one takes another's place. */
  signers?: readonly AuditSigner[];
  /** Public keys (PEM) that sign no more: the months that they sealed are continued all the same. */
  formerKeys?: readonly string[];
  /** Set on each month, in a bucket with Object Lock. Default: none. */
  retention?: AuditRetention;
  /**
   * A folder for what a month of more than 8 MiB, compressed, takes on its way: its seal, which stands in the head of the
   * object too, is known at its end only. Default: that of the operating system.
   */
  tempFolder?: string;
}

export interface AuditRetention {
  /** From the day on which the month is archived. */
  days: number;
  /**
   * `governance` (default) can be lifted by whoever has `s3:BypassGovernanceRetention`; `compliance` by nobody, not by the
   * owner of the account either, until its last day.
   */
  mode?: 'governance' | 'compliance';
}

/** So much fits into an object's metadata, of which S3 takes 2 KB. */
const mostSigners = 4;
const mostOriginBytes = 100;
/** S3's own bound is a hundred years. */
const mostDays = 36_500;

/** @throws {StorageError} `misconfigured` */
export const noteSigner = ({ origin = 'nest-tenant-storage/audit', signer, signers }: AuditOptions): NoteSigner =>
  new NoteSigner(origin, signers ?? (signer === undefined ? [] : [signer]));

export function* mistakesInAudit(audit: AuditOptions): Generator<string> {
  const { origin = '', signer, signers, formerKeys = [], retention, tempFolder } = audit;
  if (typeof origin !== 'string' || Buffer.byteLength(origin) > mostOriginBytes) {
    yield `audit.origin must be text of at most ${mostOriginBytes} bytes.`;
    return;
  }
  const isList =
    signers === undefined || (Array.isArray(signers) && signers.length > 0 && signers.length <= mostSigners);
  if ((signer === undefined) === (signers === undefined) || !isList) {
    yield `audit needs a signer, or signers, a list of up to ${mostSigners} (try: nest-tenant-storage audit keygen).`;
    return;
  }
  try {
    noteSigner(audit);
  } catch (error) {
    yield (error as Error).message;
  }
  if (!Array.isArray(formerKeys) || !formerKeys.every(isPublicKey)) {
    yield 'audit.formerKeys must be a list of Ed25519 public keys as PEM.';
  }
  if (retention !== undefined) yield* mistakesInRetention(retention);
  if (!['string', 'undefined'].includes(typeof tempFolder)) yield 'audit.tempFolder must be the path of a folder.';
}

function* mistakesInRetention({ days, mode }: Partial<AuditRetention>): Generator<string> {
  if (!Number.isInteger(days) || days! < 1 || days! > mostDays) yield `audit.retention.days must be 1 … ${mostDays}.`;
  if (!['governance', 'compliance', undefined].includes(mode)) {
    yield `audit.retention.mode must be 'governance' or 'compliance'.`;
  }
}

function isPublicKey(pem: unknown): boolean {
  try {
    return createPublicKey(pem as string).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

import { createHash, type KeyObject } from 'node:crypto';
import { isSignedBy, readNote } from '../../audit/signed-note.js';
import { NoteSigner, type AuditSigner } from '../../audit/signer.js';
import { StorageError } from '../../storage.error.js';
import type { AreaName } from '../../keys/areas.js';
import type { BucketKeeping } from '../../store/versions/bucket-keeping.js';
import type { FoundKind } from '../walk.js';
import type { Inventory } from './inventory.js';
import type { Why } from './removal.js';

/** Something that stays, by its leaf: keys tell of people. */
export interface LeftEntry {
  area: AreaName;
  kind: FoundKind;
  leaf: string;
  size: number;
  why: Why;
  /** How long the store keeps it. */
  until?: string;
  mode?: string;
  code?: string;
}

/** What an erasure did, and did not. */
export interface ErasureStatement {
  type: 'nest-tenant-storage/erasure/1';
  id: string;
  organisation: string;
  bucket: string;
  /** Everything of the organisation, or a folder or file of it. */
  scope: string;
  folders: string[];
  /** The key of KMS that the organisation's files were encrypted with, where it is its own. */
  encryptionKey?: string;
  reason: string;
  by: string;
  closedAt: string;
  finishedAt: string;
  /** What was there when nothing could be written any more and nothing had been removed. */
  found: Inventory['areas'];
  digest: { value: string; salt: string; algorithm: string };
  /** What is still there. Two lists in a row showed nothing else. */
  left: LeftEntry[];
  bucketKeeps: BucketKeeping;
  notCovered: string[];
}

const certificateName = 'nest-tenant-storage/erasure';

export interface Certificate {
  statement: ErasureStatement;
  /** A signed note on the statement: https://c2sp.org/signed-note */
  note: string;
}

/** The key of KMS that nothing needs any more: its deletion makes copies and backups unreadable too. None while something stays. */
export const keyToDelete = ({ encryptionKey, left }: Pick<ErasureStatement, 'encryptionKey' | 'left'>) =>
  left.every(({ why }) => why === 'closure') ? encryptionKey : undefined;

/** Made before anything is closed: a certificate that nobody can sign would be known when all is gone. @throws {StorageError} `misconfigured` */
export async function certificateSigner(signers: readonly AuditSigner[]): Promise<NoteSigner> {
  try {
    const signer = new NoteSigner(certificateName, signers);
    if (signers.length > 0 && (await signer.sign('a try\n'))) return signer;
  } catch (cause) {
    throw new StorageError('misconfigured', unsigned, { cause });
  }
  throw new StorageError('misconfigured', unsigned);
}

const unsigned = 'The certificate needs an Ed25519 private key as PEM (PKCS#8) that signs it: nothing was begun.';

/** The text is what `certificateMistake` takes, byte by byte. */
export async function signCertificate(statement: ErasureStatement, signer: NoteSigner): Promise<string> {
  const note = await signer.sign(signedText(statement));
  return format({ statement, note });
}

export const noCertificate = 'This is no certificate of an erasure.';

/** Undefined where it is as one of these keys signed it; otherwise what is wrong with it. */
export function certificateMistake(text: string, publicKeys: readonly KeyObject[]): string | undefined {
  const certificate = readCertificate(text);
  if (!certificate) return noCertificate;
  // One form only: what a person reads in the file is what was signed.
  if (format(certificate) !== text) return 'The certificate was altered, or written anew by another program.';
  const note = readNote(certificate.note);
  if (!note || !isSignedBy(note, publicKeys)) return 'The certificate is signed by none of these keys.';
  return note.text === signedText(certificate.statement) ? undefined : 'The certificate was altered.';
}

export function readCertificate(text: string): Certificate | undefined {
  try {
    const { statement, note } = JSON.parse(text) as Certificate;
    const isOurs = statement.type === 'nest-tenant-storage/erasure/1' && Array.isArray(statement.left);
    return isOurs && typeof note === 'string' ? { statement, note } : undefined;
  } catch {
    return undefined;
  }
}

const format = ({ statement, note }: Certificate): string => `${JSON.stringify({ statement, note }, null, 2)}\n`;

const signedText = (statement: ErasureStatement): string =>
  [
    `${certificateName}/${statement.organisation}`,
    statement.id,
    createHash('sha256').update(JSON.stringify(statement)).digest('base64'),
    '',
  ].join('\n');

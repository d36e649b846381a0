import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto';

/**
 * Signed notes, as https://c2sp.org/signed-note defines them: a text, a blank line, and signatures. Other tools for
 * transparency logs read and check them.
 *
 *     clinic.example/audit/7/2026-10
 *     …
 *
 *     — clinic.example/audit Az3grlgtzPICa5OS…
 */
export interface NoteSignature {
  /** The name of the key. */
  name: string;
  /** The first four bytes that the key's name and bytes hash to. */
  keyId: Buffer;
  signature: Buffer;
}

export interface Note {
  /** What is signed, with the newline at its end. */
  text: string;
  signatures: NoteSignature[];
}

const ed25519 = 0x01;
const keyIdBytes = 4;
const mostSignatures = 16;
const mostBytes = 64 * 1024;

/** The 32 bytes of an Ed25519 public key. */
export function rawPublicKey(key: KeyObject): Buffer {
  const { kty, crv, x } = createPublicKey(key.export({ type: 'spki', format: 'pem' }) as string).export({
    format: 'jwk',
  });
  if (kty !== 'OKP' || crv !== 'Ed25519' || x === undefined) throw new TypeError('The key is no Ed25519 key.');
  return Buffer.from(x, 'base64url');
}

export function keyIdOf(name: string, publicKey: KeyObject): Buffer {
  const id = createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ed25519]))
    .update(rawPublicKey(publicKey));
  return id.digest().subarray(0, keyIdBytes);
}

/** Non-empty, without white space and plus. */
export const isKeyName = (name: string): boolean => /^[^\s+\p{C}]{1,200}$/u.test(name);

export function writeNote({ text, signatures }: Note): string {
  const lines = signatures.map(
    ({ name, keyId, signature }) => `— ${name} ${Buffer.concat([keyId, signature]).toString('base64')}\n`,
  );
  return `${text}\n${lines.join('')}`;
}

/** Undefined for what is no note. Nothing in it is verified yet. */
export function readNote(note: string): Note | undefined {
  if (Buffer.byteLength(note) > mostBytes) return undefined;
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > mostSignatures) return undefined;
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name, base64] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
    if (name === undefined || base64 === undefined || !isKeyName(name)) return undefined;
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length <= keyIdBytes) return undefined;
    signatures.push({ name, keyId: bytes.subarray(0, keyIdBytes), signature: bytes.subarray(keyIdBytes) });
  }
  return { text: note.slice(0, end + 1), signatures };
}

/** Whether one of these keys signed it, and no signature that names one of them is false. */
export function isSignedBy({ text, signatures }: Note, publicKeys: readonly KeyObject[]): boolean {
  const theirs = signatures.flatMap(({ name, keyId, signature }) =>
    publicKeys.filter((key) => keyIdOf(name, key).equals(keyId)).map((key) => ({ key, signature })),
  );
  return theirs.length > 0 && theirs.every(({ key, signature }) => verify(null, Buffer.from(text), key, signature));
}

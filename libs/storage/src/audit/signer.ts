import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { StorageError } from '../storage.error.js';
import { isKeyName, keyIdOf, rawPublicKey, writeNote } from './signed-note.js';

/** A key that never leaves its safe: `sign` asks a KMS or an HSM. */
export interface RemoteSigner {
  /** The Ed25519 public key, as PEM (SPKI). */
  publicKey: string;
  /** The 64 bytes of the Ed25519 signature over exactly these bytes. */
  sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array;
}

/** An Ed25519 private key as PEM (PKCS#8), or what asks for signatures elsewhere. */
export type AuditSigner = string | RemoteSigner;

interface Key {
  publicKey: KeyObject;
  sign: (message: Buffer) => Promise<Uint8Array>;
}

/** Signs notes under one name. With several keys each signs, so that a key can be exchanged without a gap. */
export class NoteSigner {
  readonly name: string;
  readonly #keys: readonly Key[];

  /** @throws {StorageError} `misconfigured` */
  constructor(name: string, signers: readonly AuditSigner[]) {
    if (!isKeyName(name)) throw new StorageError('misconfigured', 'audit.origin must be text without spaces and plus.');
    this.name = name;
    this.#keys = signers.map(keyOf);
  }

  async sign(text: string): Promise<string> {
    const message = Buffer.from(text);
    const signatures = await Promise.all(
      this.#keys.map(async (key) => ({
        name: this.name,
        keyId: keyIdOf(this.name, key.publicKey),
        signature: Buffer.from(await key.sign(message)),
      })),
    );
    return writeNote({ text, signatures });
  }
}

function keyOf(signer: AuditSigner): Key {
  try {
    if (typeof signer !== 'string') {
      const publicKey = createPublicKey(signer.publicKey);
      rawPublicKey(publicKey);
      return { publicKey, sign: async (message) => signer.sign(message) };
    }
    const privateKey = createPrivateKey(signer);
    const publicKey = createPublicKey(signer);
    rawPublicKey(publicKey);
    return { publicKey, sign: async (message) => sign(null, message, privateKey) };
  } catch (error) {
    const cause = error instanceof Error ? { cause: error } : undefined;
    throw new StorageError('misconfigured', 'audit.signer needs an Ed25519 private key as PEM (PKCS#8).', cause);
  }
}

/** A new pair of Ed25519 keys, each as PEM. */
export function newKeyPair(): { privateKey: string; publicKey: string } {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

/** A public key as `vkey`, the one line by which tools for transparency logs know it. https://c2sp.org/signed-note */
export function verifierKey(name: string, publicKey: KeyObject): string {
  const id = keyIdOf(name, publicKey).toString('hex');
  return `${name}+${id}+${Buffer.concat([Buffer.from([1]), rawPublicKey(publicKey)]).toString('base64')}`;
}

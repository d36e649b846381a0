import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';
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

/** Milliseconds for a key that is elsewhere. */
const signMs = 10_000;

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

  get publicKeys(): readonly KeyObject[] {
    return this.#keys.map(({ publicKey }) => publicKey);
  }

  /** @throws {StorageError} `check_unavailable` where a key elsewhere does not answer, `misconfigured` where it signs wrongly */
  async sign(text: string): Promise<string> {
    const message = Buffer.from(text);
    const signatures = await Promise.all(
      this.#keys.map(async (key) => ({
        name: this.name,
        keyId: keyIdOf(this.name, key.publicKey),
        signature: await signatureBy(key, message),
      })),
    );
    return writeNote({ text, signatures });
  }
}

/** Nobody finds out later that a whole month was sealed by what is no signature. */
async function signatureBy({ publicKey, sign }: Key, message: Buffer): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${signMs} ms.`)), signMs);
  });
  const signed = await Promise.race([sign(message), late])
    .catch((cause: unknown) => {
      throw new StorageError('check_unavailable', 'The seal could not be signed. Try again later.', { cause });
    })
    .finally(() => clearTimeout(timer));
  if (verify(null, message, publicKey, signed)) return Buffer.from(signed);
  throw new StorageError('misconfigured', 'audit.signer: what signs does not fit its public key.');
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

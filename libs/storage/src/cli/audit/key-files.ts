import { createPublicKey, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { read } from './audit-inputs.js';
import type { Arguments } from '../arguments.js';
import { UsageError } from '../io.js';

export function publicKeysOf(args: Arguments): KeyObject[] {
  const files = args.list('public-key');
  if (files.length === 0) throw new UsageError('--public-key is missing: the file that audit keygen made.');
  return files.map((file) => {
    const pem = read(file);
    if (pem.includes('PRIVATE KEY'))
      throw new UsageError(`${file} is a private key: verification needs the public one.`);
    try {
      const key = createPublicKey(pem);
      if (key.asymmetricKeyType === 'ed25519') return key;
    } catch {
      // Falls through: it is no key.
    }
    throw new UsageError(`${file} is no Ed25519 public key (PEM).`);
  });
}

/** Never over a file that is there. */
export function writeText(file: string, text: string, mode: number): void {
  try {
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch (error) {
    throw new UsageError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`);
  }
}

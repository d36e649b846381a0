import { createPublicKey } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sealHash } from '../src/audit/seal.js';
import { readNote } from '../src/audit/signed-note.js';
import { NoteSigner, newKeyPair } from '../src/audit/signer.js';
import type { Records } from '../src/audit/json-lines.js';
import { SealedMonth } from '../src/audit/sealed-month.js';

export const keys = newKeyPair();
export const publicKey = createPublicKey(keys.publicKey);
export const signer = new NoteSigner('clinic.example/audit', [keys.privateKey]);

/** Sealed months of one organisation, one after another, as files. */
export async function sealedMonths(
  org: string,
  months: Record<string, Records>,
  by = signer,
): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  let prev: string | undefined;
  for (const [month, records] of Object.entries(months)) {
    const sealed = new SealedMonth({ org, month, ...(prev && { prev }) }, records, by);
    const chunks: Uint8Array[] = [];
    for await (const chunk of sealed.bytes()) chunks.push(chunk);
    files.set(month, Buffer.concat(chunks));
    prev = sealHash(readNote(sealed.note!)!.text);
  }
  return files;
}

export const linesIn = (file: Buffer): string[] => gunzipSync(file).toString().split('\n').slice(0, -1);
export const fileOf = (lines: readonly string[]): Buffer => gzipSync(lines.map((line) => `${line}\n`).join(''));

import { acceptedTypes } from '../../src/content/accepted-types.js';
import { admitDeclared } from '../../src/content/declared-type.js';
import type { Sample } from '../../src/testing/samples.js';
import { verifiedBytes } from '../../src/files/uploads/verified-bytes.js';

/** The way of every upload: by its declared type, then while it flows, in pieces. `accepted`, or the message of the refusal. */
export async function outcomeOf(
  { fileName, contentType, bytes }: Sample,
  piece = 1500,
  accepted = acceptedTypes,
): Promise<string> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  }
  try {
    const type = admitDeclared({ extension: fileName.split('.').at(-1) ?? '', contentType }, accepted);
    for await (const chunk of verifiedBytes(pieces(), { type, maxBytes: 1e6 })) expect(chunk.length).toBeGreaterThan(0);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

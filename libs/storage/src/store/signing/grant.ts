import { randomBytes } from 'node:crypto';
import { writeOf } from '../file-metadata.js';

/**
 * The name of what was granted by a signed URL: 22 characters of base64url, 128 bits. It says nothing of whom or what it was
 * for: that is known by whoever recorded it, and S3's access log tells by it which grants were used.
 */
export type Grant = string;

export const grantPattern = /^[A-Za-z0-9_-]{22}$/;

const grantBytes = 16;
const poolBytes = 256 * grantBytes;
let pool = Buffer.alloc(0);
let taken = 0;

/** Random, and drawn in hundreds: one at a time they would take a tenth of what signing takes. */
export function newGrant(): Grant {
  if (taken >= pool.length) {
    pool = randomBytes(poolBytes);
    taken = 0;
  }
  taken += grantBytes;
  return pool.toString('base64url', taken - grantBytes, taken);
}

export const grantOf = (bytes: Buffer): Grant => bytes.toString('base64url', 0, grantBytes);

/**
 * What a ticket for a direct upload grants, in whatever steps it is sent: made of the upload's id, which its key has, so that
 * a form, whose address has no query, is known by its key. It is the `id` of the event that tells of the file, in other
 * letters, and cannot be turned back.
 */
export const grantOfUpload = (uploadId: string): Grant => grantOfWrite(writeOf(uploadId));

/** The same, of that `id`. */
export const grantOfWrite = (eventId: string): Grant => grantOf(Buffer.from(eventId, 'hex'));

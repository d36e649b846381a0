import type { S3Client } from '@aws-sdk/client-s3';
import type { OrgId } from '../../keys/org-id.js';
import { ownTurn } from '../../own-turn.js';
import { partBytes } from '../../storage.policy.js';
import { MultipartUpload, type WriteParams } from './multipart-upload.js';
import { onlyAsTheFirst } from './write-headers.js';
import { onBehalfOf } from '../client/org-guard.js';
import { PartBuffer } from './part-buffer.js';
import { inBase64, type PartChecksum } from './part-checksum.js';
import { withPayloadHash } from './payload-hash.js';
import { PutObjectCommand } from '../client/sdk.cjs';
import { unbroken } from './source.js';

/** What is sent beside others in one turn of the event loop. */
const shortBytes = 1024 * 1024;

export interface WriteOptions {
  size?: number;
  /** Bytes, where only a bound is known. */
  atMost?: number;
  signal?: AbortSignal;
  /** Which of the two ways of writing is to ask the store for absence. */
  createOnly?: { put: boolean; completion: boolean };
  /** Runs before the first of several parts is sent: a last chance to spare the rest. */
  beforeParts?: () => Promise<void>;
  checksum?: PartChecksum;
}

export interface Written {
  etag?: string;
  size: number;
}

/**
 * Writes a stream as one object, in memory of a few parts. What fits one part goes as a single PutObject, anything larger
 * as a multipart upload. The SDK is given buffers only: a failing stream inside PutObject ends the process, and cannot be
 * retried. When the source fails or `signal` fires, parts under way are cancelled and waited for, then the upload is
 * aborted, so that no part stays behind.
 */
export async function writeObject(
  client: S3Client,
  org: OrgId,
  params: WriteParams,
  source: AsyncIterable<Uint8Array>,
  { size, atMost = 64 * 1024, signal, createOnly, beforeParts, checksum }: WriteOptions = {},
): Promise<Written> {
  let upload: MultipartUpload | undefined;
  let part = new PartBuffer(partBytes, size ?? atMost);
  let total = 0;
  try {
    for await (const chunk of unbroken(source, signal)) {
      total += chunk.length;
      for (let rest = chunk; rest.length > 0;) {
        if (part.isFull) {
          if (upload === undefined) {
            await beforeParts?.();
            upload = await MultipartUpload.create(client, org, params, { checksum, signal });
          }
          await upload.send(part);
          part =
            upload.sparePart() ??
            new PartBuffer(partBytes, size === undefined ? partBytes : size - (total - rest.length));
        }
        rest = part.fill(rest);
      }
    }
    if (upload === undefined && part.length > shortBytes) await ownTurn(org);
    signal?.throwIfAborted();
    if (upload === undefined) {
      const condition = createOnly?.put && onlyAsTheFirst.params;
      const sha256 = part.sha256();
      const sum = checksum === 'SHA256' && { ChecksumSHA256: inBase64(sha256) };
      const body = { Body: part.view(), ContentLength: part.length };
      const put = new PutObjectCommand({ ...params, ...condition, ...body, ...sum });
      const { ETag } = await client.send(onBehalfOf(org, withPayloadHash(put, sha256)), { abortSignal: signal });
      return { etag: ETag, size: total };
    }
    await upload.send(part);
    return { etag: await upload.complete(createOnly?.completion), size: total };
  } catch (error) {
    await upload?.abort();
    throw error;
  }
}

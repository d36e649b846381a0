import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type CompletedPart,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { partBytes } from '../storage.policy.js';
import { onBehalfOf } from './org-guard.js';
import { PartBuffer } from './part-buffer.js';
import { withPayloadHash } from './payload-hash.js';

/** Parts sent at once, beside the one being filled: what bounds the memory of an upload. */
const partsInFlight = 2;

export type WriteParams = Omit<PutObjectCommandInput, 'Body' | 'Bucket' | 'Key' | 'IfNoneMatch'> & {
  Bucket: string;
  Key: string;
};

export interface WriteOptions {
  size?: number;
  signal?: AbortSignal;
  /** Which of the two ways of writing is to ask the store for absence. */
  createOnly?: { put: boolean; completion: boolean };
  /** Runs before the first of several parts is sent: a last chance to spare the rest. */
  beforeParts?: () => Promise<void>;
}

const onlyAsTheFirst = { IfNoneMatch: '*' };

export interface Written {
  etag?: string;
  size: number;
}

/**
 * Writes a stream as one object, in memory of a few parts. What fits one part goes as a single PutObject, anything larger
 * as a multipart upload. The SDK is given buffers only: a failing stream inside PutObject ends the process, and cannot be
 * retried. When the source fails or `signal` fires, parts under way are cancelled and waited for, then the upload is
 * aborted, so that no part stays behind. A source that breaks off, as a client that disconnects does, ends in `cancelled`.
 */
export async function writeObject(
  client: S3Client,
  org: OrgId,
  params: WriteParams,
  source: AsyncIterable<Uint8Array>,
  { size, signal, createOnly, beforeParts }: WriteOptions = {},
): Promise<Written> {
  let upload: MultipartUpload | undefined;
  let part = new PartBuffer(partBytes, size ?? 64 * 1024);
  let total = 0;
  try {
    for await (const chunk of unbroken(source, signal)) {
      total += chunk.length;
      for (let rest = chunk; rest.length > 0;) {
        if (part.isFull) {
          if (upload === undefined) {
            await beforeParts?.();
            upload = await MultipartUpload.create(client, org, params, signal);
          }
          await upload.send(part);
          part =
            upload.sparePart() ??
            new PartBuffer(partBytes, size === undefined ? partBytes : size - (total - rest.length));
        }
        rest = part.fill(rest);
      }
    }
    signal?.throwIfAborted();
    if (upload === undefined) {
      const condition = createOnly?.put ? onlyAsTheFirst : {};
      const put = new PutObjectCommand({ ...params, ...condition, Body: part.view(), ContentLength: part.length });
      const { ETag } = await client.send(onBehalfOf(org, withPayloadHash(put, part.sha256())), { abortSignal: signal });
      return { etag: ETag, size: total };
    }
    await upload.send(part);
    return { etag: await upload.complete(createOnly?.completion), size: total };
  } catch (error) {
    await upload?.abort();
    throw error;
  }
}

/** A source that stalls holds nobody who has given up: it is left, not waited for. */
async function* unbroken(
  source: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await unlessAborted(() => chunks.next(), signal);
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError('cancelled', 'The source of the bytes broke off before its end.', { cause: error });
  } finally {
    chunks.return?.()?.catch(() => {});
  }
}

/** Not a `Promise.race` with one promise of the signal: that promise would keep every chunk alive until it settles. */
function unlessAborted<T>(next: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return next();
  return new Promise((resolve, reject) => {
    const abort = () => reject(new StorageError('cancelled', 'The transfer was cancelled.', { cause: signal.reason }));
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort);
    next()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}

class MultipartUpload {
  readonly #client: S3Client;
  readonly #org: OrgId;
  readonly #target: { Bucket: string; Key: string; UploadId: string; ExpectedBucketOwner?: string };
  readonly #cancel = new AbortController();
  readonly #signal: AbortSignal;
  readonly #parts: CompletedPart[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #spare: PartBuffer[] = [];
  #failure: { error: unknown } | undefined;

  private constructor(client: S3Client, org: OrgId, params: WriteParams, uploadId: string, signal?: AbortSignal) {
    const { Bucket, Key, ExpectedBucketOwner } = params;
    this.#client = client;
    this.#org = org;
    this.#target = { Bucket, Key, UploadId: uploadId, ExpectedBucketOwner };
    this.#signal = signal ? AbortSignal.any([signal, this.#cancel.signal]) : this.#cancel.signal;
  }

  static async create(
    client: S3Client,
    org: OrgId,
    params: WriteParams,
    signal?: AbortSignal,
  ): Promise<MultipartUpload> {
    const create = onBehalfOf(org, new CreateMultipartUploadCommand(params));
    const { UploadId } = await client.send(create, { abortSignal: signal });
    return new MultipartUpload(client, org, params, UploadId ?? '', signal);
  }

  /** Waits for a free place, not for the part itself. */
  async send(part: PartBuffer): Promise<void> {
    while (this.#underWay.size >= partsInFlight) await Promise.race(this.#underWay);
    if (this.#failure) throw this.#failure.error;
    const number = this.#parts.push({}) - 1;
    const sending = this.#sendPart(part, number)
      .then(() => void this.#spare.push(part))
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => this.#underWay.delete(sending));
    this.#underWay.add(sending);
  }

  /** The memory of a part that has arrived: new memory for each would pile up faster than it is collected. */
  sparePart(): PartBuffer | undefined {
    return this.#spare.pop()?.clear();
  }

  async complete(onlyIfAbsent = false): Promise<string | undefined> {
    await Promise.all(this.#underWay);
    if (this.#failure) throw this.#failure.error;
    const complete = new CompleteMultipartUploadCommand({
      ...this.#target,
      ...(onlyIfAbsent && onlyAsTheFirst),
      MultipartUpload: { Parts: this.#parts },
    });
    const { ETag } = await this.#client.send(onBehalfOf(this.#org, complete), { abortSignal: this.#signal });
    return ETag;
  }

  /** Best effort: the lifecycle rule for incomplete uploads takes what a dead store keeps. */
  async abort(): Promise<void> {
    this.#cancel.abort();
    await Promise.all(this.#underWay);
    await this.#client.send(onBehalfOf(this.#org, new AbortMultipartUploadCommand(this.#target))).catch(() => {});
  }

  async #sendPart(part: PartBuffer, index: number): Promise<void> {
    const upload = new UploadPartCommand({
      ...this.#target,
      PartNumber: index + 1,
      Body: part.view(),
      ContentLength: part.length,
    });
    const { ETag } = await this.#client.send(onBehalfOf(this.#org, withPayloadHash(upload, part.sha256())), {
      abortSignal: this.#signal,
    });
    this.#parts[index] = { PartNumber: index + 1, ETag };
  }
}

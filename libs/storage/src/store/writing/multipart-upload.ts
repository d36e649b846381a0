import type { CompletedPart, PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { OrgId } from '../../keys/org-id.js';
import { ownTurn } from '../../own-turn.js';
import { onBehalfOf } from '../client/org-guard.js';
import type { PartBuffer } from './part-buffer.js';
import { inBase64, type PartChecksum } from './part-checksum.js';
import { withPayloadHash } from './payload-hash.js';
import { noObject } from '../client/s3-error.js';
import { quoted } from '../object-info.js';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '../client/sdk.cjs';
import { onTerms } from '../client/store-calls.js';
import { onlyAsTheFirst } from './write-headers.js';

/** Parts sent at once, beside the one being filled: what bounds the memory of an upload. */
const partsInFlight = 2;

export type WriteParams = Omit<PutObjectCommandInput, 'Body' | 'Bucket' | 'Key' | 'IfNoneMatch'> & {
  Bucket: string;
  Key: string;
};

interface PartOptions {
  checksum?: PartChecksum;
  signal?: AbortSignal;
}

/** Milliseconds to clear up: whoever waits has waited for what failed. */
const abortMs = 5_000;

/** Parts of one object on their way. Ends with `complete` or `abort`. */
export class MultipartUpload {
  readonly #client: S3Client;
  readonly #org: OrgId;
  readonly #target: { Bucket: string; Key: string; UploadId: string; ExpectedBucketOwner?: string };
  readonly #cancel = new AbortController();
  readonly #signal: AbortSignal;
  readonly #checksum: PartChecksum | undefined;
  readonly #parts: CompletedPart[] = [];
  readonly #underWay = new Set<Promise<void>>();
  readonly #spare: PartBuffer[] = [];
  #failure: { error: unknown } | undefined;

  private constructor(
    client: S3Client,
    org: OrgId,
    params: WriteParams,
    uploadId: string,
    { checksum, signal }: PartOptions,
  ) {
    const { Bucket, Key, ExpectedBucketOwner } = params;
    this.#client = client;
    this.#org = org;
    this.#target = { Bucket, Key, UploadId: uploadId, ExpectedBucketOwner };
    this.#checksum = checksum;
    this.#signal = signal ? AbortSignal.any([signal, this.#cancel.signal]) : this.#cancel.signal;
  }

  static async create(
    client: S3Client,
    org: OrgId,
    params: WriteParams,
    options: PartOptions = {},
  ): Promise<MultipartUpload> {
    const algorithm = options.checksum && { ChecksumAlgorithm: options.checksum };
    const create = onBehalfOf(org, new CreateMultipartUploadCommand({ ...params, ...algorithm }));
    options.signal?.throwIfAborted();
    // Not to be cancelled: an upload whose id nobody has heard would stay open.
    const { UploadId } = await client.send(create);
    if (!UploadId) throw noObject();
    return new MultipartUpload(client, org, params, UploadId, options);
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
      ...(onlyIfAbsent && onlyAsTheFirst.params),
      MultipartUpload: { Parts: this.#parts },
    });
    const { ETag } = await this.#client.send(onBehalfOf(this.#org, complete), { abortSignal: this.#signal });
    return quoted(ETag);
  }

  /** Best effort: the lifecycle rule for incomplete uploads takes what a dead store keeps. */
  async abort(): Promise<void> {
    this.#cancel.abort();
    await Promise.all(this.#underWay);
    const abort = onBehalfOf(this.#org, new AbortMultipartUploadCommand(this.#target));
    await this.#client.send(onTerms(abort, { withinMs: abortMs })).catch(() => {});
  }

  async #sendPart(part: PartBuffer, index: number): Promise<void> {
    await ownTurn(this.#org);
    this.#signal.throwIfAborted();
    const sha256 = part.sha256();
    const upload = new UploadPartCommand({
      ...this.#target,
      PartNumber: index + 1,
      Body: part.view(),
      ContentLength: part.length,
      ...(this.#checksum === 'SHA256' && { ChecksumSHA256: inBase64(sha256) }),
      ...(this.#checksum === 'CRC32' && { ChecksumAlgorithm: 'CRC32' as const }),
    });
    const answer = await this.#client.send(onBehalfOf(this.#org, withPayloadHash(upload, sha256)), {
      abortSignal: this.#signal,
    });
    if (!answer.ETag) throw noObject();
    this.#parts[index] = {
      PartNumber: index + 1,
      ETag: answer.ETag,
      ...(this.#checksum === 'SHA256' && { ChecksumSHA256: upload.input.ChecksumSHA256 }),
      ...(answer.ChecksumCRC32 && { ChecksumCRC32: answer.ChecksumCRC32 }),
    };
  }
}

import { randomUUID } from 'node:crypto';
import { acceptedType } from '../content/accepted-types.js';
import { sniffBytes, storedType, verifyContent, verifyFurther } from '../content/detect.js';
import { furtherLook } from '../content/further-look.js';
import { layout } from '../keys/layout.js';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../s3/object-info.js';
import type { ObjectStore } from '../s3/object-store.js';
import { storageErrorOf } from '../s3/s3-error.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../storage.settings.js';
import { gateMetadata, toMetadata } from '../s3/file-metadata.js';
import type { Inspection } from './inspection.js';
import type { Promised } from './upload-token.js';
import { firstOf, sha256Of, type WholeReads } from './whole-reads.js';

export interface Promotion {
  incoming: ObjectKey;
  final: ObjectKey;
  promised: Promised;
  /** ETag that the store answered to the client, where it named it: no other bytes are put in place. */
  sent?: string;
  /** Called with the ETag of the incoming bytes that were found good, before they are put in place. */
  claim: (bytes: string) => Promise<void>;
  /** What is to be shown the bytes; undefined where nobody has to see them. */
  inspect: () => Promise<Inspection | undefined>;
}

/**
 * Verifies what arrived and copies it to its place, on condition that it is still what was verified. A store that does not
 * know that condition gets a detour: the bytes are first copied to where no client can write, and verified there.
 */
export class Promoter {
  constructor(
    private readonly settings: StorageSettings,
    private readonly store: ObjectStore,
    private readonly wholeReads: WholeReads,
  ) {}

  async promote(org: OrgId, { incoming, final, promised, sent, claim, inspect }: Promotion): Promise<ObjectInfo> {
    const { fileName, uploadId, sha256, size, replacing } = promised;
    const staged = this.settings.capabilities.conditionalCopySource
      ? undefined
      : await this.#outOfReach(org, incoming, promised, sent);
    const source = staged?.key ?? incoming;
    try {
      const looked = { sent: staged ? undefined : sent, inspect };
      const found = await this.#inspect(org, source, promised, looked).catch((error: unknown) => {
        // A body that breaks off while it is read.
        throw storageErrorOf(error);
      });
      const { etag: sourceEtag, contentType, kept } = found;
      await claim(staged?.bytes ?? sourceEtag);
      const metadata = { ...gateMetadata(kept), ...toMetadata({ fileName, uploadId, sha256 }) };
      const conditions = { sourceEtag, ifAbsent: !replacing, replacing };
      const copied = await this.store.copy(org, source, final, { contentType, metadata, ...conditions });
      return { size, contentType, metadata, ...copied };
    } finally {
      if (staged) await this.store.delete(org, staged.key).catch(() => {});
    }
  }

  /** A name of its own each time: two completions at once must not write over what the other has verified. */
  async #outOfReach(org: OrgId, incoming: ObjectKey, { uploadId }: Promised, sent: string | undefined) {
    const key = layout.incoming(org, { uploadId: `${uploadId}.${randomUUID()}` });
    const { etag: bytes } = await this.store.head(org, incoming);
    requireSent(bytes, sent);
    await this.store.copy(org, incoming, key, { sourceEtag: bytes });
    return { key, bytes };
  }

  /**
   * Compares what is stored with what was promised, by the stored bytes and never by the client's word. What costs little
   * comes first. Every read is on condition of the ETag seen first, so that the answer is about one state of the object;
   * that ETag is returned, with the type to store.
   */
  async #inspect(
    org: OrgId,
    key: ObjectKey,
    promised: Promised,
    { sent, inspect }: Pick<Promotion, 'sent' | 'inspect'>,
  ) {
    const first = await this.store
      .readAtOnce(org, key, { range: `bytes=0-${sniffBytes - 1}` })
      .catch((error: unknown) => {
        throw isEmpty(error) ? sizeMismatch(promised, 0) : error;
      });
    const { body, contentRange, etag, ...info } = first;
    const head = await firstOf(body, sniffBytes);
    const size = contentRange === undefined ? info.size : Number(contentRange.split('/')[1]);
    requireSent(etag, sent);
    if (size !== promised.size) throw sizeMismatch(promised, size);
    if (info.contentType !== promised.contentType) {
      throw new StorageError('content_mismatch', `${promised.contentType} was promised, another type was sent.`);
    }
    this.#requireEncryption(info.encryption);
    const type = acceptedType(promised.contentType);
    await verifyContent(head, type, size <= sniffBytes);
    const further = size <= sniffBytes ? undefined : furtherLook(head, type);
    if (further) {
      const from = 'last' in further ? Math.max(0, size - further.last) : further.from;
      const to = 'last' in further ? size - 1 : from + further.length - 1;
      verifyFurther(from < size ? await this.#bytesOf(org, key, etag, from, to) : Buffer.alloc(0), type, head);
    }
    const look = await inspect();
    const hash = look || promised.sha256 ? await this.#hashOf(org, key, etag, promised, look) : undefined;
    if (promised.sha256 && hash !== promised.sha256) {
      throw new StorageError('hash_mismatch', 'The bytes do not have the promised SHA-256.');
    }
    return { etag, contentType: storedType(head, type), kept: look?.metadata };
  }

  async #bytesOf(org: OrgId, key: ObjectKey, ifMatch: string, from: number, to: number): Promise<Buffer> {
    const { body } = await this.store.readAtOnce(org, key, { range: `bytes=${from}-${to}`, ifMatch });
    return firstOf(body, to - from + 1);
  }

  /** The encryption was signed, so one that is missing is the store's or its settings' fault: the bytes are kept. */
  #requireEncryption(found: string | undefined): void {
    const { encryption, capabilities } = this.settings;
    if (encryption === 'none' || !capabilities.reportsEncryption) return;
    if (found === (encryption === 'AES256' ? 'AES256' : 'aws:kms')) return;
    throw new StorageError(
      'misconfigured',
      `The store does not report the encryption that was asked for. If it never does, set capabilities.reportsEncryption to false.`,
    );
  }

  /** By the store's own checksum where it has one for the whole object, else by a read, which also shows who looks all bytes. */
  async #hashOf(
    org: OrgId,
    key: ObjectKey,
    etag: string,
    { multipart }: Promised,
    look: Inspection | undefined,
  ): Promise<string> {
    if (!look && this.settings.capabilities.checksums && !multipart) {
      const { sha256, etag: now } = await this.store.head(org, key);
      if (sha256 && now === etag) return Buffer.from(sha256, 'base64').toString('hex');
    }
    try {
      return await this.wholeReads.run(org, async () => {
        const hash = await sha256Of((await this.store.readAtOnce(org, key, { ifMatch: etag })).body, look);
        await look?.verdict();
        return hash;
      });
    } catch (error) {
      look?.abort();
      throw error;
    }
  }
}

const isEmpty = (error: unknown) => error instanceof StorageError && error.code === 'range_not_satisfiable';

const sizeMismatch = (promised: Promised, size: number) =>
  new StorageError('size_mismatch', `${promised.size} bytes were promised, ${size} were sent.`);

export function requireSent(found: string | undefined, sent: string | undefined): void {
  if (sent === undefined || found === undefined || found === sent) return;
  throw new StorageError('conflict', 'The bytes that arrived are not the ones that were sent. Begin the upload again.');
}

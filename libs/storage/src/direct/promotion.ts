import { randomUUID } from 'node:crypto';
import { acceptedType } from '../content/accepted-types.js';
import { sniffBytes, storedType, verifyContent, verifyFurther } from '../content/detect.js';
import { furtherLook } from '../content/further-look.js';
import { layout } from '../keys/layout.js';
import type { ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { ObjectInfo } from '../store/object-info.js';
import type { ReadOptions } from '../store/object-requests.js';
import type { ObjectStore } from '../store/object-store.js';
import { storageErrorOf } from '../store/client/s3-error.js';
import type { Slots } from '../store/client/slots.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { gateMetadata, toMetadata } from '../store/file-metadata.js';
import { inHex } from '../store/writing/part-checksum.js';
import type { Examined, Inspection, SentObject } from './inspection.js';
import type { UploadTerms } from './upload-token.js';
import { firstOf, sha256Of } from './whole-reads.js';

export interface Promotion {
  incoming: ObjectKey;
  final: ObjectKey;
  terms: UploadTerms;
  /** ETag that the store answered to the client, where it named it: no other bytes are put in place. */
  sent?: string;
  /** Called with the ETag of the incoming bytes that were found good, before they are put in place. */
  claim: (bytes: string) => Promise<void>;
  /** What is to be shown the bytes, which are named as to `claim`; undefined where nobody has to see them. */
  inspect: (bytes: string) => Promise<Inspection | undefined>;
  /** Names the version that somebody outside found good, before anything is read. */
  examine: ((object: SentObject) => Promise<Examined | undefined>) | undefined;
}

/**
 * Verifies what arrived and copies it to its place, on condition that it is still what was verified. A store that does not
 * know that condition gets a detour: the bytes are first copied to where no client can write, and verified there.
 */
export class Promoter {
  constructor(
    private readonly settings: StorageSettings,
    private readonly store: ObjectStore,
    private readonly wholeReads: Slots,
  ) {}

  async promote(org: OrgId, promotion: Promotion): Promise<ObjectInfo> {
    const { incoming, final, terms, sent, claim, inspect, examine } = promotion;
    const { fileName, uploadId, sha256, size, replacing } = terms;
    if (examine && !this.settings.store.conditionalCopySource) {
      throw new StorageError('not_supported', 'A scanner outside needs a store with conditionalCopySource.');
    }
    const examined = await examine?.({ tags: () => this.store.tagsOf(org, incoming) });
    const version = examined?.version;
    const staged = this.settings.store.conditionalCopySource
      ? undefined
      : await this.#outOfReach(org, incoming, terms, sent);
    const source = staged?.key ?? incoming;
    try {
      const bytesOf = (etag: string) => staged?.bytes ?? etag;
      const looked = { sent: staged ? undefined : sent, inspect: (etag: string) => inspect(bytesOf(etag)), version };
      const found = await this.#inspect(org, source, terms, looked).catch((error: unknown) => {
        // A body that breaks off while it is read.
        throw storageErrorOf(error);
      });
      const { etag: sourceEtag, contentType, kept } = found;
      await claim(bytesOf(sourceEtag));
      const metadata = {
        ...gateMetadata({ ...examined?.metadata, ...kept }),
        ...toMetadata({ fileName, uploadId, sha256 }),
      };
      const conditions = { sourceEtag, sourceVersion: version, ifAbsent: !replacing, replacing };
      const copied = await this.store.copy(org, source, final, { contentType, metadata, ...conditions });
      return { size, contentType, metadata, ...copied };
    } finally {
      if (staged) await this.store.delete(org, staged.key).catch(() => {});
    }
  }

  /** A name of its own each time: two completions at once must not write over what the other has verified. */
  async #outOfReach(org: OrgId, incoming: ObjectKey, { uploadId }: UploadTerms, sent: string | undefined) {
    const key = layout.incoming(org, { uploadId: `${uploadId}.${randomUUID()}` });
    const { etag: bytes } = await this.store.head(org, incoming);
    requireSent(bytes, sent);
    await this.store.copy(org, incoming, key, { sourceEtag: bytes });
    return { key, bytes };
  }

  /**
   * Compares what is stored with what was declared, by the stored bytes and never by the client's word. What costs little
   * comes first. Every read is on condition of the ETag seen first, so that the answer is about one state of the object;
   * that ETag is returned, with the type to store.
   */
  async #inspect(
    org: OrgId,
    key: ObjectKey,
    terms: UploadTerms,
    { sent, inspect, version }: Pick<Promotion, 'sent' | 'inspect'> & { version: string | undefined },
  ) {
    const first = await this.store
      .readAtOnce(org, key, { range: `bytes=0-${sniffBytes - 1}`, version })
      .catch((error: unknown) => {
        throw isEmpty(error) ? sizeMismatch(terms, 0) : error;
      });
    const { body, contentRange, etag, ...info } = first;
    const head = await firstOf(body, sniffBytes);
    const size = contentRange === undefined ? info.size : Number(contentRange.split('/')[1]);
    requireSent(etag, sent);
    if (size !== terms.size) throw sizeMismatch(terms, size);
    if (info.contentType !== terms.contentType) {
      throw new StorageError('content_mismatch', `${terms.contentType} was declared, another type was sent.`);
    }
    this.#requireEncryption(info.encryption);
    const type = acceptedType(terms.contentType);
    await verifyContent(head, type, size <= sniffBytes);
    const further = size <= sniffBytes ? undefined : furtherLook(head, type);
    if (further) {
      const from = 'last' in further ? Math.max(0, size - further.last) : further.from;
      const to = 'last' in further ? size - 1 : from + further.length - 1;
      verifyFurther(
        from < size ? await this.#bytesOf(org, key, { ifMatch: etag, version }, from, to) : Buffer.alloc(0),
        type,
        head,
      );
    }
    const look = await inspect(etag);
    const hash =
      look || terms.sha256 ? await this.#hashOf(org, key, { ifMatch: etag, version }, terms, look) : undefined;
    if (terms.sha256 && hash !== terms.sha256) {
      throw new StorageError('hash_mismatch', 'The bytes do not have the declared SHA-256.');
    }
    return { etag, contentType: storedType(head, type), kept: look?.metadata };
  }

  async #bytesOf(org: OrgId, key: ObjectKey, of: State, from: number, to: number): Promise<Buffer> {
    const { body } = await this.store.readAtOnce(org, key, { range: `bytes=${from}-${to}`, ...of });
    return firstOf(body, to - from + 1);
  }

  /** The encryption was signed, so one that is missing is the store's or its settings' fault: the bytes are kept. */
  #requireEncryption(found: string | undefined): void {
    const { encryption, store } = this.settings;
    if (encryption === 'none' || !store.reportsEncryption) return;
    if (found === (encryption === 'AES256' ? 'AES256' : 'aws:kms')) return;
    throw new StorageError(
      'misconfigured',
      `The store does not report the encryption that was asked for. If it never does, say so: store: { like: 'aws', reportsEncryption: false }.`,
    );
  }

  /** By the store's own checksum where it has one for the whole object, else by a read, which also shows who looks all bytes. */
  async #hashOf(
    org: OrgId,
    key: ObjectKey,
    of: State,
    { multipart }: UploadTerms,
    look: Inspection | undefined,
  ): Promise<string> {
    if (!look && of.version === undefined && this.settings.store.checksums && !multipart) {
      const { sha256, etag: now } = await this.store.head(org, key);
      if (sha256 && now === of.ifMatch) return inHex(sha256);
    }
    try {
      return await this.wholeReads.run(org, async () => {
        const hash = await sha256Of(org, (await this.store.readAtOnce(org, key, of)).body, look);
        await look?.verdict();
        return hash;
      });
    } catch (error) {
      look?.abort();
      throw error;
    }
  }
}

/** The state of an object that all reads are about. */
type State = Pick<ReadOptions, 'ifMatch' | 'version'>;

const isEmpty = (error: unknown) => error instanceof StorageError && error.code === 'range_not_satisfiable';

const sizeMismatch = (terms: UploadTerms, size: number) =>
  new StorageError('size_mismatch', `${terms.size} bytes were declared, ${size} were sent.`);

export function requireSent(found: string | undefined, sent: string | undefined): void {
  if (sent === undefined || found === undefined || found === sent) return;
  throw new StorageError('conflict', 'The bytes that arrived are not the ones that were sent. Begin the upload again.');
}

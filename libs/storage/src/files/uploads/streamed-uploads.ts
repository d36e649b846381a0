import { Inject, Injectable } from '@nestjs/common';
import type { AcceptedType } from '../../content/accepted-types.js';
import { storedType } from '../../content/detect.js';
import type { Inspection } from '../../direct/inspection.js';
import { gateMetadata, toMetadata } from '../../store/file-metadata.js';
import { ObjectStore } from '../../store/object-store.js';
import { unbroken } from '../../store/writing/source.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { largerThan } from '../../storage.error.js';
import { STORAGE_SETTINGS } from '../../storage.tokens.js';
import { telemetryOf } from '../../telemetry/telemetry-of.js';
import { chunksOf, type IncomingBytes } from '../incoming.js';
import type { UploadSubject } from '../gates/gate.js';
import { inspectedBytes } from './inspected-bytes.js';
import { putByIncoming } from './put-by-incoming.js';
import { storedFile, type StoredFile } from '../reads/stored-file.js';
import { subjectOf, type UploadTarget } from './upload-target.js';
import { UploadWatch } from './upload-watch.js';
import { verifiedBytes } from './verified-bytes.js';

/** Uploads through the application: verified and inspected while they flow, stored whole or not at all. */
@Injectable()
export class StreamedUploads {
  constructor(
    private readonly store: ObjectStore,
    private readonly watch: UploadWatch,
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
  ) {}

  async upload(target: UploadTarget, incoming: IncomingBytes): Promise<StoredFile> {
    const about = { org: target.org, purpose: target.purpose, direct: false };
    return telemetryOf(this.settings).verb('upload', about, () => this.#upload(target, incoming));
  }

  async #upload(target: UploadTarget, { bytes, ...incoming }: IncomingBytes): Promise<StoredFile> {
    const { chunks, size = incoming.size } = chunksOf(bytes);
    const bounded = { ...target, maxBytes: Math.min(target.maxBytes, incoming.atMost ?? target.maxBytes) };
    const subject = subjectOf(bounded, size, false);
    let isAdmitted = false;
    let leave: (() => void) | undefined;
    try {
      leave = this.store.uploads.enter(target.org, target.by);
      if (size !== undefined && size > target.maxBytes) throw largerThan(target.maxBytes);
      await this.watch.admit(subject);
      isAdmitted = true;
      const file = await this.#store(
        bounded,
        subject,
        chunks,
        { ...incoming, size },
        await this.watch.inspect(subject),
      );
      await this.watch.stored(subject, file);
      return file;
    } catch (error) {
      await this.watch.failed(subject, error, isAdmitted);
      throw error;
    } finally {
      leave?.();
    }
  }

  async #store(
    target: UploadTarget,
    subject: UploadSubject,
    chunks: AsyncIterable<Uint8Array>,
    { size, atMost, signal }: Omit<IncomingBytes, 'bytes'>,
    look: Inspection | undefined,
  ): Promise<StoredFile> {
    const { id, org, key, type, maxBytes, fileName, nameInKey, replaces, beside } = target;
    const isText = type.mime.startsWith('text/');
    const verified = verifiedBytes(isText ? unbroken(chunks, signal) : chunks, { type, maxBytes, size });
    const inspected = look ? inspectedBytes(verified, look) : verified;
    try {
      const begun = isText ? await begin(inspected, type) : { bytes: inspected, contentType: type.mime };
      const writing = {
        contentType: begun.contentType,
        metadata: { ...beside?.metadata, ...gateMetadata(look?.metadata), ...toMetadata({ fileName, uploadId: id }) },
        ...(beside?.retention && { retention: beside.retention }),
        ...(size !== undefined && { size }),
        ...(atMost !== undefined && { atMost }),
        ...(signal && { signal }),
      };
      const info = this.watch.looksOutside
        ? await putByIncoming(this.store, target, begun.bytes, writing, async (sent) => {
            const examined = await this.watch.examine(subject, sent);
            await this.watch.beforeWrite(subject);
            return examined;
          })
        : await this.store.put(org, key, begun.bytes, { ...writing, ifAbsent: !replaces });
      return storedFile(info, nameInKey);
    } finally {
      // Where the store was not even asked, the source is left all the same.
      void inspected.return().catch(() => {});
      void verified.return().catch(() => {});
    }
  }
}

/** A text says its encoding in its first bytes, and the store is told before the first are written. */
async function begin(bytes: AsyncGenerator<Uint8Array, void, undefined>, type: AcceptedType) {
  const { value } = await bytes.next();
  const first = value ?? new Uint8Array();
  async function* all() {
    yield first;
    yield* bytes;
  }
  return { bytes: all(), contentType: storedType(first, type) };
}

import { Injectable } from '@nestjs/common';
import type { AcceptedType } from '../content/accepted-types.js';
import { storedType } from '../content/detect.js';
import type { Inspection } from '../direct/inspection.js';
import { gateMetadata, toMetadata } from '../s3/file-metadata.js';
import { ObjectStore } from '../s3/object-store.js';
import { unbroken } from '../s3/source.js';
import { StorageError } from '../storage.error.js';
import { chunksOf, type IncomingBytes } from './incoming.js';
import { inspectedBytes } from './inspected-bytes.js';
import { storedFile, type StoredFile } from './stored-file.js';
import { subjectOf, type UploadTarget } from './upload-target.js';
import { UploadWatch } from './upload-watch.js';
import { verifiedBytes } from './verified-bytes.js';

/** Uploads through the application: verified and inspected while they flow, stored whole or not at all. */
@Injectable()
export class StreamedUploads {
  constructor(
    private readonly store: ObjectStore,
    private readonly watch: UploadWatch,
  ) {}

  async upload(target: UploadTarget, { bytes, ...incoming }: IncomingBytes): Promise<StoredFile> {
    const { chunks, size = incoming.size } = chunksOf(bytes);
    const subject = subjectOf(target, size, false);
    let isAdmitted = false;
    let leave: (() => void) | undefined;
    try {
      leave = this.store.uploads.enter(target.org, target.by);
      if (size !== undefined && size > target.maxBytes) {
        throw new StorageError('file_too_large', `The file is larger than ${target.maxBytes} bytes.`);
      }
      await this.watch.admit(subject);
      isAdmitted = true;
      const file = await this.#store(target, chunks, { ...incoming, size }, await this.watch.inspect(subject));
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
    { id, org, key, type, maxBytes, fileName, nameInKey, replaces }: UploadTarget,
    chunks: AsyncIterable<Uint8Array>,
    { size, atMost, signal }: Omit<IncomingBytes, 'bytes'>,
    look: Inspection | undefined,
  ): Promise<StoredFile> {
    const isText = type.mime.startsWith('text/');
    const verified = verifiedBytes(isText ? unbroken(chunks, signal) : chunks, { type, maxBytes, size });
    const inspected = look ? inspectedBytes(verified, look) : verified;
    try {
      const begun = isText ? await begin(inspected, type) : { bytes: inspected, contentType: type.mime };
      const info = await this.store.put(org, key, begun.bytes, {
        contentType: begun.contentType,
        metadata: { ...gateMetadata(look?.metadata), ...toMetadata({ fileName, uploadId: id }) },
        ...(size !== undefined && { size }),
        ...(atMost !== undefined && { atMost }),
        ifAbsent: !replaces,
        ...(signal && { signal }),
      });
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

import { Injectable } from '@nestjs/common';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { layout, type AuditMonthPlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { ObjectStore } from '../s3/object-store.js';
import type { ReadOptions } from '../s3/object-requests.js';
import { StorageEvents } from '../storage.events.js';
import { storedFile, toMetadata, type StoredFile } from '../uploads/stored-file.js';
import {
  openFile,
  readUrl,
  type By,
  type DownloadOptions,
  type FileStream,
  type Located,
  type ReadUrl,
} from './file-access.js';

const purpose = 'audit-month';
const contentType = 'application/gzip';

/** Archived audit logs: one month of an organisation in one object of gzip JSON lines, written once, never replaced or deleted. */
@Injectable()
export class AuditArchiveService {
  constructor(
    private readonly store: ObjectStore,
    private readonly events: StorageEvents,
  ) {}

  /** Writes the month from its records, one JSON line each. A month that is there fails with `already_exists`. */
  async append(
    org: OrgId,
    place: AuditMonthPlace,
    records: Iterable<unknown> | AsyncIterable<unknown>,
    { by, signal }: By & { signal?: AbortSignal } = {},
  ): Promise<StoredFile> {
    const { key, nameInKey } = locate(org, place);
    const metadata = toMetadata({ fileName: nameInKey });
    const info = await this.store.put(org, key, gzipLines(records), { contentType, metadata, ifAbsent: true, signal });
    const subject = { org, purpose, place: { ...place }, by } as const;
    this.events.emit({ kind: 'upload-completed', ...subject, contentType, size: info.size, direct: false });
    return storedFile(info, nameInKey);
  }

  async read(org: OrgId, place: AuditMonthPlace, { by, ...options }: ReadOptions & By = {}): Promise<FileStream> {
    const file = await openFile(this.store, org, locate(org, place), { ...options, disposition: 'attachment' });
    this.events.emit({ kind: 'file-read', org, purpose, place: { ...place }, by, range: file.contentRange });
    return file;
  }

  async presignDownload(org: OrgId, place: AuditMonthPlace, options: DownloadOptions = {}): Promise<ReadUrl> {
    const issued = await readUrl(this.store, org, locate(org, place), { ...options, disposition: 'attachment' });
    const { expiresAt } = issued;
    this.events.emit({ kind: 'read-url-issued', org, purpose, place: { ...place }, by: options.by, expiresAt });
    return issued;
  }
}

const locate = (org: OrgId, place: AuditMonthPlace): Located => {
  const key = layout.auditMonth(org, place);
  return { key, nameInKey: key.split('/').slice(-2).join('-') };
};

/** Nothing is read from `records` before the first bytes are asked for, and whatever fails in them fails the reader. */
async function* gzipLines(records: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip();
  const written = pipeline(jsonLines(records), gzip);
  written.catch(() => {});
  yield* gzip;
  await written;
}

async function* jsonLines(records: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const record of records) {
    const line = JSON.stringify(record) as string | undefined;
    if (line === undefined) throw new StorageError('invalid_request', 'An audit record must be JSON.');
    yield `${line}\n`;
  }
}

import { Injectable } from '@nestjs/common';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { fileKind } from '../files/file-kind.js';
import { Files } from '../files/files.js';
import type { By } from '../files/incoming.js';
import type { DownloadOptions, FileStream, ReadOptions, ReadUrl } from '../files/outgoing.js';
import type { StoredFile } from '../files/stored-file.js';
import { layout, monthOf, type AuditMonthPlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';

/** One month of an organisation's archived audit log: gzip JSON lines, written once, never replaced or deleted. */
export const auditMonth = fileKind({
  purpose: 'audit-month',
  ids: ['year', 'month'],
  at: layout.auditMonth,
  named: ({ year, month }) => `${year}-${month}.jsonl.gz`,
  accepts: ['application/gzip'],
  deletable: false,
  disposition: 'attachment',
});

/** `Files` for archived audit logs. */
@Injectable()
export class AuditArchiveService {
  constructor(private readonly files: Files) {}

  /** Writes the month from its records, one JSON line each. A month that is there fails with `already_exists`. */
  async append(
    org: OrgId,
    place: AuditMonthPlace,
    records: Iterable<unknown> | AsyncIterable<unknown>,
    { by, signal }: By & { signal?: AbortSignal } = {},
  ): Promise<StoredFile> {
    const file = { bytes: gzipLines(records), ...(signal && { signal }) };
    return this.files.upload(auditMonth, org, monthOf(place), file, { ...(by !== undefined && { by }) });
  }

  async read(org: OrgId, place: AuditMonthPlace, options?: ReadOptions & By): Promise<FileStream> {
    return this.files.read(auditMonth, org, monthOf(place), options);
  }

  async presignDownload(org: OrgId, place: AuditMonthPlace, options?: DownloadOptions): Promise<ReadUrl> {
    return this.files.presignDownload(auditMonth, org, monthOf(place), options);
  }

  async stat(org: OrgId, place: AuditMonthPlace, options?: By): Promise<StoredFile> {
    return this.files.stat(auditMonth, org, monthOf(place), options);
  }
}

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

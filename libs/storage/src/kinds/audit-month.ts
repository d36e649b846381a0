import { Inject, Injectable } from '@nestjs/common';
import { gzipped, jsonLines, type Records } from '../audit/json-lines.js';
import { monthAfter } from '../audit/seal.js';
import { FileAccess } from '../files/reads/file-access.js';
import { fileKind, placeAsGiven } from '../files/file-kind.js';
import { Files } from '../files/files.js';
import { actor, type By } from '../files/incoming.js';
import type { DownloadOptions, FileStream, ReadOptions, ReadUrl } from '../files/reads/outgoing.js';
import type { StoredFile } from '../files/reads/stored-file.js';
import { layout, monthOf, type AuditMonthPlace } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { ObjectStore } from '../store/object-store.js';
import { StorageError } from '../storage.error.js';
import { STORAGE_SETTINGS } from '../storage.tokens.js';
import { MonthSeals } from './month-seals.js';

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

export interface AppendOptions extends By {
  signal?: AbortSignal;
}

export interface ArchivedMonth extends StoredFile {
  /**
   * With the option `audit`: the month's seal as one line. Whoever keeps it where nobody of the bucket comes to can show
   * later that this month and those before were removed or altered (`audit verify --head`).
   */
  seal?: string;
}

/** `Files` for archived audit logs. */
@Injectable()
export class AuditArchiveService {
  readonly #seals: MonthSeals | undefined;

  constructor(
    private readonly files: Files,
    private readonly access: FileAccess,
    store: ObjectStore,
    @Inject(STORAGE_SETTINGS) { audit }: Pick<StorageSettings, 'audit'>,
  ) {
    this.#seals = audit && new MonthSeals(store, audit);
  }

  /**
   * Writes the month from its records, one JSON line each, at most 250 MiB compressed. A month that is there fails with
   * `already_exists`. With the option `audit` it is sealed, and has to follow the last sealed one: any other fails with
   * `conflict`.
   */
  async append(
    org: OrgId,
    place: AuditMonthPlace,
    records: Records,
    { signal, ...options }: AppendOptions = {},
  ): Promise<ArchivedMonth> {
    const month = byOneName(place);
    const file = { ...(signal && { signal }) };
    if (!this.#seals) {
      const bytes = gzipped(jsonLines(records));
      return this.files.upload(auditMonth, org, month, { ...file, bytes }, options);
    }
    const { spool, seal, beside } = await this.#seals
      .seal(org, month, records, signal)
      .catch(async (error: unknown) => {
        const subject = {
          org,
          purpose: auditMonth.purpose,
          place: placeAsGiven(auditMonth, { ...month }),
          ...actor(options),
        };
        await this.access.refused({ ...subject, direct: false }, error);
        throw error;
      });
    try {
      const sealed = { ...file, bytes: spool.bytes(), size: spool.size };
      return { ...(await this.files.upload(auditMonth, org, month, sealed, { ...options, beside })), seal };
    } finally {
      await spool.close();
    }
  }

  /**
   * Seals as months without records those that are missing between the last archived one and this one, which must be over.
   * Resolves with what `append` gave for each.
   */
  async sealThrough(org: OrgId, place: AuditMonthPlace, options: AppendOptions = {}): Promise<ArchivedMonth[]> {
    const { year, month } = monthOf(place);
    const last = `${year}-${month}`;
    if (last >= new Date().toISOString().slice(0, 7)) {
      throw new StorageError('invalid_request', `The month ${last} is not over.`);
    }
    const archived = await this.lastSeal(org);
    const sealed: ArchivedMonth[] = [];
    for (let next = monthAfter(archived.month); next <= last; next = monthAfter(next)) {
      const [nextYear = '', nextMonth = ''] = next.split('-');
      sealed.push(await this.append(org, { year: nextYear, month: nextMonth }, [], options));
    }
    return sealed;
  }

  /**
   * The last seal of an organisation, as `append` gave it, by HEAD.
   *
   * @throws {StorageError} `not_found` where nothing was sealed, `misconfigured` without the option `audit`
   */
  async lastSeal(org: OrgId): Promise<{ month: string; seal: string }> {
    if (!this.#seals) throw new StorageError('misconfigured', 'Seals need the option audit.');
    const { month, seal } = (await this.#seals.last(org)) ?? {};
    if (month !== undefined && seal !== undefined) return { month, seal };
    throw new StorageError('not_found', 'No month of this organisation is sealed.');
  }

  async read(org: OrgId, place: AuditMonthPlace, options?: ReadOptions & By): Promise<FileStream> {
    return this.files.read(auditMonth, org, byOneName(place), options);
  }

  async presignDownload(org: OrgId, place: AuditMonthPlace, options?: DownloadOptions): Promise<ReadUrl> {
    return this.files.presignDownload(auditMonth, org, byOneName(place), options);
  }

  async stat(org: OrgId, place: AuditMonthPlace, options?: By): Promise<StoredFile> {
    return this.files.stat(auditMonth, org, byOneName(place), options);
  }
}

/** So that all events name a month alike. What is no month is refused by whom it is given to, who tells of that. */
function byOneName(place: AuditMonthPlace): AuditMonthPlace {
  try {
    return monthOf(place);
  } catch {
    return place;
  }
}

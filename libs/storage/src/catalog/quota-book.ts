import { Logger } from '@nestjs/common';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import { rowsOf, type CatalogSession } from './catalog-database.js';
import type { CatalogSettings } from './catalog.options.js';
import { requireLimits, type OrgUsage, type QuotaLimits, type Usage, type UsageEvent } from './quotas.js';
import { adjustSql, limitSql, usageSql, type Delta } from './sql/usage.sql.js';

/** A counter before an upload was counted in it. */
export interface Room {
  /** Empty for all kinds. */
  purpose: string;
  /** Whether there was room for it. */
  fits: boolean;
  bytes: number;
  files: number;
  maxBytes: number | null;
  maxFiles: number | null;
}

interface Counted extends Omit<Usage, 'limit'> {
  purpose: string;
  maxBytes: number | null;
  maxFiles: number | null;
}

const marks = [80, 100] as const;

/** What organisations have and may have. Each method works inside a transaction of the organisation. */
export class QuotaBook {
  readonly #logger = new Logger('Catalog');

  constructor(private readonly settings: CatalogSettings) {}

  /** What `beginSql` asks with: what there is by default, and whether this kind may be refused. */
  limitsOf(purpose: string): (string | null)[] {
    const { limits, neverRefused } = this.settings;
    const kind = limits.kinds?.[purpose] ?? {};
    return [
      ...[limits.bytes, limits.files, kind.bytes, kind.files].map(textOrNull),
      neverRefused.includes(purpose) ? 'no' : 'yes',
    ];
  }

  /**
   * Reads what both counters had before room was asked for. Answers what is to be told.
   *
   * @throws {StorageError} `quota_exceeded`
   */
  reserved(org: OrgId, purpose: string, bytes: number, rows: readonly Room[]): UsageEvent[] {
    const full = rows.find(({ fits }) => !fits);
    if (!full) return rows.flatMap((row) => [...reached(org, row, bytes)]);
    const message =
      full.purpose === ''
        ? 'The organisation has no room left for this file.'
        : `The organisation has no room left for files of the kind ${purpose}.`;
    throw new QuotaExceeded(message, full.purpose || undefined);
  }

  async adjust(session: CatalogSession, org: OrgId, changes: readonly Delta[]): Promise<void> {
    const deltas = new Map<string, Delta>();
    for (const change of changes.flatMap((one) => [one, { ...one, purpose: '' }])) {
      const sum = deltas.get(change.purpose) ?? { ...nothing, purpose: change.purpose };
      for (const name of counters) sum[name] += change[name];
      deltas.set(change.purpose, sum);
    }
    const given = [...deltas.values()].filter((delta) => counters.some((name) => delta[name] !== 0));
    if (given.length > 0) await rowsOf(session, adjustSql(this.settings.names), [org, JSON.stringify(given)]);
  }

  async usage(session: CatalogSession, org: OrgId): Promise<OrgUsage> {
    const { names, limits } = this.settings;
    const rows = await rowsOf<Counted>(session, usageSql(names), [org]);
    const all = rows.find(({ purpose }) => purpose === '');
    const kinds = rows.filter(({ purpose }) => purpose !== '');
    return {
      ...usageOf(all, limits),
      kinds: Object.fromEntries(kinds.map((row) => [row.purpose, usageOf(row, limits.kinds?.[row.purpose] ?? {})])),
    };
  }

  /** @throws {StorageError} `invalid_request` */
  async setLimits(session: CatalogSession, org: OrgId, limits: QuotaLimits): Promise<void> {
    requireLimits(limits, 'invalid_request');
    const { kinds = {}, ...all } = limits;
    const given = [
      { purpose: '', ...all },
      ...Object.entries(kinds).map(([purpose, limit]) => ({ ...limit, purpose })),
    ];
    await rowsOf(session, limitSql(this.settings.names), [org, JSON.stringify(given)]);
  }

  /** Whether anybody listens. */
  get isHeard(): boolean {
    return this.settings.onUsage !== undefined;
  }

  /** After the commit. A listener that fails fails nobody else. */
  tell(events: readonly UsageEvent[]): void {
    for (const event of events) {
      try {
        const told = this.settings.onUsage?.(event);
        if (told instanceof Promise) told.catch((error: unknown) => this.#failed(error));
      } catch (error) {
        this.#failed(error);
      }
    }
  }

  #failed(error: unknown): void {
    this.#logger.error(`onUsage failed: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}

export class QuotaExceeded extends StorageError {
  constructor(
    message: string,
    readonly purpose: string | undefined,
  ) {
    super('quota_exceeded', message);
  }
}

const counters = ['usedBytes', 'usedFiles', 'reservedBytes', 'reservedFiles'] as const;
const nothing = { usedBytes: 0, usedFiles: 0, reservedBytes: 0, reservedFiles: 0 };

const textOrNull = (value: number | null | undefined): string | null =>
  value === undefined || value === null ? null : String(value);

function* reached(org: OrgId, row: Room, added: number): Generator<UsageEvent> {
  for (const [of, taken, before, limit] of [
    ['bytes', row.bytes + added, row.bytes, row.maxBytes],
    ['files', row.files + 1, row.files, row.maxFiles],
  ] as const) {
    if (limit === null) continue;
    const about = { org, ...(row.purpose && { purpose: row.purpose }), of, taken, limit };
    for (const percent of marks) {
      if (taken * 100 >= limit * percent && before * 100 < limit * percent) yield { ...about, percent };
    }
  }
}

function usageOf(row: Counted | undefined, byDefault: { bytes?: number | null; files?: number | null }): Usage {
  const { usedBytes, usedFiles, reservedBytes, reservedFiles } = row ?? nothing;
  const bytes = row?.maxBytes ?? byDefault.bytes ?? undefined;
  const files = row?.maxFiles ?? byDefault.files ?? undefined;
  const limit = { ...(bytes !== undefined && { bytes }), ...(files !== undefined && { files }) };
  return { usedBytes, usedFiles, reservedBytes, reservedFiles, limit };
}

import { StorageError } from '../storage.error.js';
import type { CatalogDatabase } from './catalog-database.js';
import { requireLimits, type QuotaLimits, type UsageEvent } from './quotas.js';
import { requireColumn, type OwnColumns } from './schema/columns.js';
import { namesIn, type Names } from './schema/names.js';

export interface CatalogOptions {
  /** Where the rows are: `pgPool`, `pglite`, `ownTransactions`. */
  database: CatalogDatabase;
  /** Where `catalog migrate` made the tables. Default `tenant_storage`. */
  schema?: string;
  /** What an organisation may have that has no limits of its own. Default: no limits. */
  limits?: QuotaLimits;
  /** Kinds that are counted and never refused. Default: `audit-month`, which must be kept whatever else is full. */
  neverRefused?: readonly string[];
  /** The application's own columns beside each file. `catalog migrate --column patient_id:bigint` makes them. */
  columns?: OwnColumns;
  /**
   * Whether the ends of uploads and removals are committed without waiting for the disk, `synchronous_commit` off for those
   * transactions alone. Their beginnings always wait, so an end that the server lost when it crashed is found again in the
   * bucket. Default false.
   */
  commitEndsLater?: boolean;
  /** Told of usage that reaches 80 and 100 per cent of a limit. What it throws is logged. */
  onUsage?: (event: UsageEvent) => unknown;
}

export interface CatalogSettings extends Required<Omit<CatalogOptions, 'schema' | 'database' | 'onUsage'>> {
  onUsage: CatalogOptions['onUsage'];
  names: Names;
}

const known = new Set(['database', 'schema', 'limits', 'neverRefused', 'columns', 'commitEndsLater', 'onUsage']);

/** @throws {StorageError} `misconfigured` */
export function catalogSettings(options: CatalogOptions): CatalogSettings {
  const unknown = Object.keys(options).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new StorageError('misconfigured', `Catalog options: there is no ${unknown.join(', ')}.`);
  if (typeof (options.database as unknown as { inOrg?: unknown } | undefined)?.inOrg !== 'function') {
    throw new StorageError(
      'misconfigured',
      'Catalog options: database must be pgPool(…), pglite(…) or ownTransactions(…).',
    );
  }
  const { limits = {}, columns = {} } = options;
  requireLimits(limits);
  for (const [name, { type }] of Object.entries(columns)) requireColumn(name, type);
  return {
    names: namesIn(options.schema),
    limits,
    columns,
    neverRefused: options.neverRefused ?? ['audit-month'],
    commitEndsLater: options.commitEndsLater ?? false,
    onUsage: options.onUsage,
  };
}

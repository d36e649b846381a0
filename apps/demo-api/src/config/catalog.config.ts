import type { Settings } from './settings.js';

/** Where the catalog's rows are, and how much an organisation may have. */
export interface CatalogConfig {
  /** A server, as the application's role; absent: PGlite in the data folder. */
  url?: string;
  limits: { bytes: number; files: number };
  /** Whether reads go on that cannot be recorded because the database is not there. */
  readsContinue: boolean;
}

const GiB = 1024 ** 3;

/** None where nothing is said, except with the demo's own store: there it is part of what there is to try. */
export function readCatalog(settings: Settings, isDemoStore: boolean): CatalogConfig | undefined {
  const asked = settings.oneOf('DEMO_CATALOG', ['on', 'off']);
  const url = settings.text('DATABASE_URL');
  const limits = {
    bytes: settings.whole('QUOTA_BYTES', 0, 999_999_999_999_999) ?? GiB,
    files: settings.whole('QUOTA_FILES', 0, 999_999_999_999) ?? 10_000,
  };
  const readsContinue = settings.oneOf('CATALOG_READS', ['refuse', 'continue']) === 'continue';
  if (url !== undefined && !/^postgres(ql)?:\/\//.test(url)) {
    settings.mistake('DATABASE_URL must be a URL such as postgres://clinic_app:…@host:5432/clinic.');
  }
  if (asked === 'off') return undefined;
  if (url !== undefined) return { url, limits, readsContinue };
  if (asked === 'on' && !isDemoStore) settings.mistake('DEMO_CATALOG=on needs DATABASE_URL where S3_BUCKET is set.');
  return isDemoStore ? { limits, readsContinue } : undefined;
}

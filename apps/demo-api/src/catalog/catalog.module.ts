import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { getConfigToken } from '@nestjs/config';
import { Catalog, pgPool, type OwnColumns } from 'nest-tenant-storage/catalog';
import { patientIn } from '../auth/record-access.js';
import { configName, type DemoConfig } from '../demo.config.js';
import { demoDatabase, type OpenDatabase } from './demo-database.js';

const DATABASE = Symbol('DATABASE');

/** The catalog's database, as the application's role; undefined where the demo goes without. */
export const CATALOG_DATABASE = Symbol('CATALOG_DATABASE');

/** Whose record a file belongs to, so that files can be found by patient. */
const columns: OwnColumns = { patient_id: { type: 'text', of: ({ place }) => patientIn(place) } };

async function openDatabase({ catalog, dataDir }: DemoConfig): Promise<OpenDatabase | undefined> {
  if (!catalog) return undefined;
  if (catalog.url === undefined) return demoDatabase(dataDir);
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({ connectionString: catalog.url, max: 20, connectionTimeoutMillis: 5_000 });
  // An idle connection that dies is replaced by the next.
  pool.on('error', () => {});
  return { database: pgPool(pool), close: () => pool.end() };
}

/** The catalog; undefined where the demo goes without. */
@Module({
  providers: [
    { provide: DATABASE, inject: [getConfigToken(configName)], useFactory: openDatabase },
    {
      provide: CATALOG_DATABASE,
      inject: [DATABASE],
      useFactory: (open: OpenDatabase | undefined) => open?.database,
    },
    {
      provide: Catalog,
      inject: [DATABASE, getConfigToken(configName)],
      useFactory: (open: OpenDatabase | undefined, { catalog }: DemoConfig) =>
        open && Catalog.open({ database: open.database, columns, limits: catalog?.limits }),
    },
  ],
  exports: [Catalog, CATALOG_DATABASE],
})
export class CatalogModule implements OnApplicationShutdown {
  constructor(@Inject(DATABASE) private readonly open: OpenDatabase | undefined) {}

  async onApplicationShutdown(): Promise<void> {
    await this.open?.close();
  }
}

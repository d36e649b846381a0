// src/catalog.module.ts
import { Logger, Module } from '@nestjs/common';
import { StorageModule } from 'nest-tenant-storage';
import { Catalog, pgPool } from 'nest-tenant-storage/catalog';
import { Pool } from 'pg';

/** Yours: who a form belongs to, from its ids. */
const patientOf = ({ formId }: Readonly<Record<string, string>>) => (formId === undefined ? undefined : Number(formId));

@Module({
  providers: [
    { provide: Pool, useFactory: () => new Pool({ connectionString: process.env['DATABASE_URL'] }) },
    {
      provide: Catalog,
      inject: [Pool],
      useFactory: (pool: Pool) =>
        Catalog.open({
          database: pgPool(pool),
          limits: { bytes: 50 * 1024 ** 3, files: 200_000, kinds: { 'form-upload': { files: 150_000 } } },
          columns: { patient_id: { type: 'bigint', of: ({ place }) => patientOf(place) } },
          onUsage: ({ org, percent, of }) => Logger.warn(`${org} has used ${percent} % of its ${of}`),
        }),
    },
  ],
  exports: [Catalog],
})
export class CatalogModule {}

@Module({
  imports: [
    StorageModule.forRootAsync({
      imports: [CatalogModule],
      inject: [Catalog],
      useFactory: (catalog: Catalog) => ({ bucket: 'clinic-files', region: 'eu-central-1', gates: [catalog.gate] }),
    }),
  ],
  exports: [StorageModule],
})
export class CatalogedStorageModule {}

import { Module } from '@nestjs/common';
import { getConfigToken } from '@nestjs/config';
import { scannerGate, StorageModule } from 'nest-tenant-storage';
import { Catalog } from 'nest-tenant-storage/catalog';
import { AuthModule } from '../auth/auth.module.js';
import { CatalogModule } from '../catalog/catalog.module.js';
import { configName, type DemoConfig } from '../demo.config.js';
import { STORE, StoreModule, type Store } from '../store.module.js';
import { AuditArchiveController } from './audit-archive.controller.js';
import { DocumentsController } from './documents.controller.js';
import { FormsController } from './forms.controller.js';
import { SignaturesController } from './signatures.controller.js';
import { TemplatesController } from './templates.controller.js';
import { UploadsController } from './uploads.controller.js';

@Module({
  imports: [
    AuthModule,
    CatalogModule,
    StorageModule.forRootAsync({
      imports: [StoreModule, CatalogModule],
      inject: [STORE, getConfigToken(configName), Catalog],
      useFactory: ({ options }: Store, { scanner, catalog: rows }: DemoConfig, catalog?: Catalog) => ({
        ...options,
        ...(catalog && {
          journal: { sink: catalog.journal, required: rows?.readsContinue ? ('changes' as const) : true },
        }),
        gates: [
          ...(catalog ? [catalog.gate] : []),
          scannerGate(scanner, { checkOnBoot: scanner.name === 'eicar-only' ? 'off' : 'warn' }),
        ],
      }),
    }),
  ],
  exports: [StorageModule],
  controllers: [
    FormsController,
    SignaturesController,
    DocumentsController,
    TemplatesController,
    AuditArchiveController,
    UploadsController,
  ],
})
export class FilesModule {}

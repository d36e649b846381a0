import { Module } from '@nestjs/common';
import { StorageModule } from 'nest-tenant-storage';
import { AuthModule } from '../auth/auth.module.js';
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
    StorageModule.forRootAsync({
      imports: [StoreModule],
      inject: [STORE],
      useFactory: ({ options }: Store) => options,
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

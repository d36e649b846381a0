import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { FilesModule } from '../files/files.module.js';
import { CatalogController } from './catalog.controller.js';
import { CatalogModule } from './catalog.module.js';

/** Absent where there is no catalog. */
@Module({ imports: [AuthModule, FilesModule, CatalogModule], controllers: [CatalogController] })
export class CatalogRoutesModule {}

import { Module } from '@nestjs/common';
import { CatalogModule } from '../catalog/catalog.module.js';
import { FilesModule } from '../files/files.module.js';
import { StoreModule } from '../store.module.js';
import { AttacksController } from './attacks/attacks.controller.js';
import { BucketController } from './bucket/bucket.controller.js';
import { DemoTokensController } from './demo-tokens.controller.js';
import { DemoTokens } from './demo-tokens.js';

/** What is there in demo mode only. */
@Module({
  imports: [CatalogModule, FilesModule, StoreModule],
  controllers: [DemoTokensController, AttacksController, BucketController],
  providers: [DemoTokens],
})
export class DemoModeModule {}

// src/app.module.ts
import { Module, type DynamicModule } from '@nestjs/common';
import { StorageModule, type StorageModuleOptions } from 'nest-tenant-storage';
import { ScansController } from './scans.controller.js';
import { UploadsController } from './uploads.controller.js';

@Module({})
export class AppModule {
  static forRoot(storage: StorageModuleOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [StorageModule.forRoot(storage)],
      controllers: [ScansController, UploadsController],
    };
  }
}

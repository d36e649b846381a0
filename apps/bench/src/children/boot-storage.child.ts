import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { serve } from './remote.js';

// As it is packed: how many files there are to load is what the start is made of.
const packed = new URL('../../../../../../libs/storage/storage/src/index.js', import.meta.url);
const { StorageModule } = (await import(packed.href)) as typeof import('nest-tenant-storage');

/** An application with nothing in it but the module. */
@Module({
  imports: [
    StorageModule.forRoot({
      bucket: 'bench',
      region: 'eu-central-1',
      credentials: { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
    }),
  ],
})
class StorageOnlyModule {}

const app = await NestFactory.create(StorageOnlyModule, { logger: false });
await app.listen(0, '127.0.0.1');
const startMs = performance.now();
serve({ startMs: () => startMs });

import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { StorageModule } from 'nest-tenant-storage';
import { startedWith } from '../children/remote.js';
import { storageOptions, type BenchStore } from '../store.js';
import { BareController } from './bare.controller.js';
import { FilesController } from './files.controller.js';
import { JwtStrategy } from './jwt.js';

@Module({
  imports: [PassportModule, StorageModule.forRoot(storageOptions(startedWith<BenchStore>()))],
  controllers: [FilesController, BareController],
  providers: [JwtStrategy],
})
export class BenchModule {}

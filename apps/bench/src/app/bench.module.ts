import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { scannerGate, StorageModule } from 'nest-tenant-storage';
import { startedWith } from '../children/remote.js';
import { storageOptions, type BenchStore } from '../store.js';
import { BareController } from './bare.controller.js';
import { FilesController } from './files.controller.js';
import { JwtStrategy } from './jwt.js';
import { UploadsController } from './uploads.controller.js';
import { ScannedController } from './scanned.controller.js';
import { atOnce, ownClamd } from './scanners.js';

const options = storageOptions(startedWith<BenchStore>());

@Module({
  imports: [
    PassportModule,
    StorageModule.forRoot(options),
    StorageModule.forRoot({ ...options, name: 'unscanned' }),
    StorageModule.forRoot({ ...options, name: 'scanned', gates: [scannerGate(atOnce)] }),
    StorageModule.forRoot({ ...options, name: 'clamd', gates: [scannerGate(ownClamd())] }),
  ],
  controllers: [FilesController, ScannedController, BareController, UploadsController],
  providers: [JwtStrategy],
})
export class BenchModule {}

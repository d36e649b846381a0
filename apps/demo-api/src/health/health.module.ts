import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { FilesModule } from '../files/files.module.js';
import { HealthController } from './health.controller.js';
import { ScannerHealth } from './scanner.health.js';

@Module({ imports: [TerminusModule, FilesModule], controllers: [HealthController], providers: [ScannerHealth] })
export class HealthModule {}

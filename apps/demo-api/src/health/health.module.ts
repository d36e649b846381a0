import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { FilesModule } from '../files/files.module.js';
import { BucketHealth } from './bucket.health.js';
import { HealthController } from './health.controller.js';

@Module({ imports: [TerminusModule, FilesModule], controllers: [HealthController], providers: [BucketHealth] })
export class HealthModule {}

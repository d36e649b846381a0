import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { serve } from './remote.js';

/** An application with nothing in it. */
@Module({})
class EmptyModule {}

const app = await NestFactory.create(EmptyModule, { logger: false });
await app.listen(0, '127.0.0.1');
const startMs = performance.now();
serve({ startMs: () => startMs });

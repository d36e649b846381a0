// src/main.ts, on Fastify
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { leaveFilesUnread } from 'nest-tenant-storage';
import { AppModule } from './app.module.js';
import { storageOptions } from './storage.options.js';

async function bootstrap() {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(storageOptions()),
    new FastifyAdapter(),
  );
  leaveFilesUnread(app); // Fastify would else refuse what it has no parser for
  app.enableShutdownHooks();
  await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
}

void bootstrap();

// src/main.ts
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { storageOptions } from './storage.options.js';

async function bootstrap() {
  const app = await NestFactory.create(AppModule.forRoot(storageOptions()));
  app.enableShutdownHooks();
  await app.listen(process.env['PORT'] ?? 3000, '127.0.0.1');
}

void bootstrap();

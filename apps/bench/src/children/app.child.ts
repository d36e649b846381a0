import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { json } from 'express';
import { requireFlatJson, StorageErrorFilter } from 'nest-tenant-storage';
import type { AddressInfo } from 'node:net';
import { BenchModule } from '../app/bench.module.js';
import { token } from '../app/jwt.js';
import { Meter } from './meter.js';
import { serve } from './remote.js';

/** One Nest application with all routes, the module's and the ones it is compared with. */
const app = await NestFactory.create<NestExpressApplication>(BenchModule, {
  logger: ['error', 'fatal'],
  bodyParser: false,
});
app.use(json({ verify: requireFlatJson }));
// As in the demo API: nobody asks for a URL with the ETag of the last one.
app.disable('etag');
app.useGlobalFilters(new StorageErrorFilter());
const server = await app.listen(0, '127.0.0.1');
const { port } = server.address() as AddressInfo;
const meter = new Meter();

/** What this process has used of the processors, its threads for hashing and collecting included. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

serve({
  target: async () => ({ port, authorization: `Bearer ${await token()}` }),
  authorizationOf: async (org: string) => `Bearer ${await token(org)}`,
  meter: () => meter.start(),
  reading: () => meter.stop(),
  processorMs,
});

#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { startEmbeddedS3 } from './server.js';

/** `embedded-s3 [--port N] [--data DIR] [--host ADDRESS]`: prints one line of JSON first, then serves until SIGTERM or SIGINT. */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '9000' }, data: { type: 'string' }, host: { type: 'string' } },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535)
  throw new Error(`--port must be 0 to 65535, not ${values.port}`);
const s3 = await startEmbeddedS3({ port, dataDir: values.data, host: values.host });
process.stdout.write(`${JSON.stringify({ endpoint: s3.endpoint, ...s3.credentials })}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void s3.close());

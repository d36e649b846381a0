#!/usr/bin/env node
import { messageOf, readArguments, usage, UsageError } from './command/arguments.js';

/** The command: see `usage`. */
async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  // Help and mistakes are answered without loading the server.
  const { startEmbeddedS3 } = await import('./server.js');
  const s3 = await startEmbeddedS3(options);
  // first: who has read the line may already ask it to stop
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void s3.close());
  process.stdout.write(`${JSON.stringify({ endpoint: s3.endpoint, ...s3.credentials })}\n`);
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`${messageOf(error)}${isUsage ? '\nSee --help.' : ''}\n`);
  process.exitCode = isUsage ? 2 : 1;
}

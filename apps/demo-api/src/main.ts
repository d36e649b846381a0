import { Logger } from '@nestjs/common';
import { createApp, listen } from './demo.app.js';
import { loadConfig } from './demo.config.js';
import { archiveSampleMonths } from './demo/demo-archive.js';
import { prepareBucket } from './demo/demo-bucket.js';
import { DemoTokens } from './demo/demo-tokens.js';
import { walkThrough } from './demo/walk-through.js';

async function bootstrap(): Promise<void> {
  const config = loadConfig();
  const app = await createApp(config);
  const origin = await listen(app, config);
  if (!config.store) {
    await prepareBucket(app, origin);
    await archiveSampleMonths(app);
  }
  if (config.scanner.name === 'eicar-only') {
    new Logger('scanner').warn('CLAMD is not set: eicar-only finds the EICAR test and no malware.');
  }
  const tokens = config.demoMode && app.get(DemoTokens, { strict: false });
  process.stdout.write(tokens ? await walkThrough(origin, tokens) : `${origin}/api\n`);
}

bootstrap().catch((error: unknown) => {
  const isTaken = (error as { code?: string } | undefined)?.code === 'EADDRINUSE';
  const cure = isTaken ? '. Set PORT to a free port; the store of the demo takes the next one, or DEMO_S3_PORT.' : '';
  const text = error instanceof Error ? error.message : 'The application did not start.';
  new Logger('bootstrap').fatal(`${text}${cure}`);
  process.exit(1);
});

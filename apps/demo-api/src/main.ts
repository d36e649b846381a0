import { Logger } from '@nestjs/common';
import { createApp } from './demo.app.js';
import { loadConfig } from './demo.config.js';
import { DemoTokens } from './demo/demo-tokens.js';
import { walkThrough } from './demo/walk-through.js';

async function bootstrap(): Promise<void> {
  const config = loadConfig();
  const app = await createApp(config);
  await app.listen(config.port, config.host);
  const { port } = app.getHttpServer().address() as { port: number };
  const origin = `http://${config.host === '0.0.0.0' ? 'localhost' : config.host}:${port}`;
  const greeting = config.demoMode
    ? await walkThrough(origin, app.get(DemoTokens, { strict: false }))
    : `${origin}/api\n`;
  process.stdout.write(greeting);
}

bootstrap().catch((error: unknown) => {
  new Logger('bootstrap').fatal(error instanceof Error ? error.message : 'The application did not start.');
  process.exitCode = 1;
});

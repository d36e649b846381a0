import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { AddressInfo } from 'node:net';
import { StorageErrorFilter } from 'nest-tenant-storage';
import { inUrl, isLoopback, type DemoConfig } from './demo.config.js';
import { DemoModule } from './demo.module.js';
import { identify } from './auth/identify.js';
import { limitConnections } from './http/connections.js';
import { continueWhenRead } from './http/continue.js';
import { ErrorFilter } from './http/error.filter.js';
import { describeApi } from './http/openapi.js';
import {
  keptByNobody,
  namedAsThisMachine,
  noSuchPath,
  requestLimits,
  securityHeaders,
  shortPaths,
} from './http/protection.js';
import { metricsHandler } from './http/metrics.js';
import { accessLog, requestId } from './http/request-id.js';
import { servePage } from './page/page.js';
import { STORE, type Store } from './store.module.js';

/** The application, ready to listen. Bodies are read by the routes that want them, so no parser comes before. */
export async function createApp(config: DemoConfig): Promise<NestExpressApplication> {
  // OpenTelemetry is there before whoever counts with it.
  const metrics = config.metrics && metricsHandler(config.metricsToken);
  const app = await NestFactory.create<NestExpressApplication>(DemoModule.forRoot(config), {
    bodyParser: false,
    abortOnError: false,
    logger: ['fatal', 'error', 'warn'],
  });
  const { origin } = app.get<Store>(STORE, { strict: false });
  // Answers of the API are not for caches, and those with bytes carry the store's ETag.
  app.disable('etag');
  if (config.trustedProxies > 0) app.set('trust proxy', config.trustedProxies);
  app.use(requestId);
  if (config.accessLog) app.use(accessLog((line) => process.stdout.write(line)));
  if (config.demoMode && isLoopback(config.host)) app.use(namedAsThisMachine);
  app.use(securityHeaders, keptByNobody, shortPaths, identify);
  if (metrics) app.use('/metrics', metrics);
  if (config.requestsPerMinute > 0) app.use(...requestLimits(config.requestsPerMinute));
  if (config.demoMode) servePage(app, origin);
  app.setGlobalPrefix('api');
  app.useGlobalFilters(new ErrorFilter(), new StorageErrorFilter());
  describeApi(app);
  app.enableShutdownHooks();
  limitConnections(app.getHttpServer());
  continueWhenRead(app.getHttpServer());
  await app.init();
  app.use(noSuchPath);
  return app;
}

/** Returns where it is reached. */
export async function listen(app: NestExpressApplication, { port, host }: DemoConfig): Promise<string> {
  await app.listen(port, host);
  const { port: taken } = app.getHttpServer().address() as AddressInfo;
  return `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : inUrl(host)}:${taken}`;
}

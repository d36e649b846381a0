import type { NestExpressApplication } from '@nestjs/platform-express';
import { fileURLToPath } from 'node:url';

/** Beside `src`, in the sources as in a build: `nest-cli.json` has it copied. */
const folder = fileURLToPath(new URL('../../public/', import.meta.url));

/** Nothing but the page's own files runs; it sends to, and shows from, this API and the store. */
const contentSecurityPolicy = (storeOrigin: string): string =>
  [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `connect-src 'self' ${storeOrigin}`,
    `img-src 'self' blob: ${storeOrigin}`,
    `media-src blob: ${storeOrigin}`,
    `frame-src blob: ${storeOrigin}`,
    `form-action 'none'`,
    `base-uri 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');

/** The page to try things by hand, at `/`. It signs in with the demo's tokens, so it is for demo mode. */
export function servePage(app: NestExpressApplication, storeOrigin: string): void {
  const policy = contentSecurityPolicy(storeOrigin);
  app.useStaticAssets(folder, {
    redirect: false,
    setHeaders: (response) => {
      response.setHeader('Content-Security-Policy', policy);
      response.setHeader('Cache-Control', 'no-store');
    },
  });
}

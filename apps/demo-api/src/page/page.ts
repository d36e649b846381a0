import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request, Response } from 'express';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Beside `src`, in the sources as in a build: `nest-cli.json` has it copied. */
const folder = fileURLToPath(new URL('../../public/', import.meta.url));

const packages = createRequire(import.meta.url);

/** Libraries of the page, each one file as its package has it: nothing is built, and nothing comes from elsewhere. */
const libraries = { '/lib/signature_pad.js': 'signature_pad' };

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
  for (const [path, name] of Object.entries(libraries)) {
    const file = join(dirname(packages.resolve(name)), `${name}.js`);
    app.use(path, (_request: Request, response: Response) => {
      response.setHeader('Cache-Control', 'no-store');
      response.sendFile(file);
    });
  }
  app.useStaticAssets(folder, {
    redirect: false,
    setHeaders: (response) => {
      response.setHeader('Content-Security-Policy', policy);
      response.setHeader('Cache-Control', 'no-store');
    },
  });
}

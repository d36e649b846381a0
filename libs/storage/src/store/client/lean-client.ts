import type { S3Client } from './sdk.cjs';

/**
 * Middlewares of the SDK's that can do nothing in a client of this module. It sorts and binds all of them anew for each
 * command, some 15 µs for one.
 */
export const idleMiddlewares = [
  // Nobody listens, and to filter what it would say of a list of 1,000 takes a millisecond.
  'loggerMiddleware',
  // Off by the client's configuration.
  'addExpectContinueMiddleware',
  'regionRedirectMiddleware',
  // ARNs, directory buckets and names with a slash: settings refuse all three. The guard refuses any bucket but its own for
  // what is about objects, and a slash for the rest.
  'validateBucketNameMiddleware',
  's3ExpressMiddleware',
] as const;

/**
 * Spares each call what the SDK does over and over, a quarter of the processor time of a small one; see docs/performance.md,
 * "What the SDK costs". Nothing that a call sends, retries or answers changes.
 */
export function lean(client: S3Client): S3Client {
  for (const name of idleMiddlewares) client.middlewareStack.remove(name);
  shareSigner(client);
  makeQuickToCopy(client.config);
  return client;
}

/**
 * The SDK makes a signer for each request. One is told date, region and service each time it signs, too, and asks for
 * credentials.
 */
function shareSigner({ config }: S3Client): void {
  const make = config.signer;
  let made: ReturnType<typeof make> | undefined;
  config.signer = (scheme) => (made ??= make(scheme));
}

/**
 * The SDK copies its whole configuration four times in each call. V8 keeps an object that is assembled from others as a hash
 * table, which is slow to copy, and lays out as a record what is a prototype of something, which is quick.
 */
function makeQuickToCopy(config: object): void {
  Object.create(config);
}

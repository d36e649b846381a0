import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountIdentities, accountRoles } from './auth/account.js';
import { Clock } from './controls/clock.js';
import { allFeatures, type Features } from './controls/features.js';
import { Faults } from './controls/faults.js';
import { RequestLog } from './controls/request-log.js';
import { Handler } from './handler.js';
import { answerClientError } from './http/client-error.js';
import type { S3 } from './operations/context.js';
import { createBucketRecord } from './operations/buckets.js';
import { applyLifecycle } from './operations/lifecycle.js';
import type { Credentials, EmbeddedS3Options } from './options.js';
import { Store } from './store/store.js';

/** A running server. */
export interface EmbeddedS3 {
  /** `http://127.0.0.1:port`; to be used with path style */
  readonly endpoint: string;
  readonly region: string;
  readonly port: number;
  readonly dataDir: string;
  readonly credentials: Credentials;
  /** may be changed while it runs */
  readonly features: Features;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Does what the buckets' lifecycle rules ask for as of `clock.now()`. */
  applyLifecycle(): Promise<void>;
  /** Answers what is under way, then closes every connection. Twice is fine. */
  close(): Promise<void>;
}

/** How long requests under way may take to finish once the server is closed. */
const CLOSE_GRACE_MS = 1000;

/** Starts an S3-compatible server in this process. It is for development and tests, not for production. */
export async function startEmbeddedS3(options: EmbeddedS3Options = {}): Promise<EmbeddedS3> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'embedded-s3-'));
  const host = options.host ?? '127.0.0.1';
  const store = new Store(dataDir);
  const credentials = rootCredentials(store, options.credentials);
  const accountId = options.accountId ?? '000000000000';
  const s3: S3 = {
    store,
    clock: new Clock(),
    features: { ...allFeatures(), ...options.features },
    identities: accountIdentities(accountId, credentials, options.users ?? []),
    roles: accountRoles(options.roles ?? []),
    region: options.region ?? 'us-east-1',
    accountId,
    secure: options.secure ?? true,
  };
  for (const name of options.buckets ?? []) {
    if (!store.findBucket(name)) store.commit({ type: 'bucket', bucket: createBucketRecord(s3, name) });
  }
  const faults = new Faults();
  const requests = new RequestLog();
  const server = listenTo(new Handler(s3, faults, requests, domains(host, s3.region)));
  const port = await listen(server, options.port ?? 0, host);
  let closed: Promise<void> | undefined;
  return {
    endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    region: s3.region,
    port,
    dataDir,
    credentials,
    features: s3.features,
    clock: s3.clock,
    faults,
    requests,
    applyLifecycle: () => applyLifecycle(s3),
    close: () =>
      (closed ??= close(server).then(() => {
        store.close();
        if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
      })),
  };
}

function rootCredentials(store: Store, given: Credentials | undefined): Credentials {
  const credentials = given ??
    store.account ?? {
      accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    };
  store.commit({ type: 'account', ...credentials });
  return credentials;
}

/** Names under which buckets are hosts: `bucket.localhost`, `bucket.s3.amazonaws.com`, … */
const domains = (host: string, region: string): string[] => [
  `s3.${region}.amazonaws.com`,
  's3.amazonaws.com',
  'localhost',
  ...(/^[\d.]+$|:/.test(host) ? [] : [host]),
];

function listenTo(handler: Handler): Server {
  const server = createServer({ noDelay: true }, (message, response) => void handler.handle(message, response));
  server.on('checkContinue', (message, response) => {
    void handler.handle(message, response, () => response.writeContinue());
  });
  // Node answers 417 to expectations it does not know; S3 looks at `100-continue` only
  server.on('checkExpectation', (message, response) => void handler.handle(message, response));
  server.on('clientError', answerClientError);
  return server;
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountIdentities, accountRoles } from './account/account.js';
import { Clock } from './controls/clock.js';
import { Faults } from './controls/faults.js';
import { allFeatures, type Features } from './controls/features.js';
import { RequestLog } from './controls/request-log.js';
import type { KmsKeys } from './account/kms-keys.js';
import { Handler } from './handler.js';
import { closeListener, createListener, listen } from './http/listener.js';
import { applyLifecycle } from './lifecycle/lifecycle.js';
import { createBucketRecord } from './operations/buckets/bucket-record.js';
import type { Credentials, EmbeddedS3Options } from './options.js';
import type { S3 } from './s3.js';
import { compareKeys } from './store/key-order.js';
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
  /** those of `kmsKeys`; may be changed while it runs */
  readonly kmsKeys?: KmsKeys | undefined;
  /**
   * What listings of the bucket would show, in their order, without a request: the keys of its objects, and of uploads in progress.
   * @throws Error with the code `NoSuchBucket`
   */
  contents(bucket: string): { keys: string[]; openUploads: string[] };
  /** Does what the buckets' lifecycle rules ask for as of `clock.now()`. */
  applyLifecycle(): Promise<void>;
  /** Answers what is under way, then closes every connection. Twice is fine. */
  close(): Promise<void>;
}

/**
 * Starts an S3-compatible server in this process. It is for development and tests, not for production.
 * A start that fails leaves nothing behind; one that fails for the port has not touched the folder.
 * @throws FolderInUseError when another process has the folder open
 */
export async function startEmbeddedS3(options: EmbeddedS3Options = {}): Promise<EmbeddedS3> {
  const host = options.host ?? '127.0.0.1';
  const requests = new RequestLog();
  const faults = new Faults();
  const clock = new Clock();
  // requests that come before the folder is open wait for it
  let opening: Promise<{ handler: Handler }> | undefined;
  const server = createListener({
    handle: async (...exchange) => (await opening)?.handler.handle(...exchange),
  });
  const port = await listen(server, options.port ?? 0, host);
  const opened = open(options, clock).then(({ s3, ...folder }) => ({
    s3,
    ...folder,
    handler: new Handler(s3, faults, requests, domains(host, s3.region)),
  }));
  opening = opened;
  const { s3, credentials, dataDir, close } = await opened.catch(async (error: unknown) => {
    await closeListener(server);
    throw error;
  });
  let closed: Promise<void> | undefined;
  return {
    endpoint: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    region: s3.region,
    port,
    dataDir,
    credentials,
    features: s3.features,
    kmsKeys: s3.kmsKeys,
    clock,
    faults,
    requests,
    contents: (bucket) => ({
      keys: [...s3.store.objects(bucket).keysFrom('')].filter((key) => s3.store.objects(bucket).current(key)),
      openUploads: s3.store
        .uploads(bucket)
        .map(({ key }) => key)
        .toSorted(compareKeys),
    }),
    applyLifecycle: () => applyLifecycle(s3),
    close: () => (closed ??= closeListener(server).then(close)),
  };
}

interface Opened {
  readonly s3: S3;
  readonly credentials: Credentials;
  readonly dataDir: string;
  close(): Promise<void>;
}

async function open(options: EmbeddedS3Options, clock: Clock): Promise<Opened> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'embedded-s3-'));
  let store: Store | undefined;
  const close = async (): Promise<void> => {
    await store?.close();
    if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    store = await Store.open(dataDir);
    return { ...account(store, clock, options), dataDir, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function account(store: Store, clock: Clock, options: EmbeddedS3Options): Pick<Opened, 's3' | 'credentials'> {
  const credentials = rootCredentials(store, options.credentials);
  const accountId = options.accountId ?? '000000000000';
  const s3: S3 = {
    store,
    clock,
    features: { ...allFeatures(), ...options.features },
    identities: accountIdentities(accountId, credentials, options.users ?? []),
    roles: accountRoles(options.roles ?? []),
    region: options.region ?? 'us-east-1',
    accountId,
    ...(options.kmsKeys && { kmsKeys: new Map(Object.entries(options.kmsKeys)) }),
    secure: options.secure ?? true,
  };
  for (const name of options.buckets ?? []) {
    if (!store.findBucket(name)) store.commit({ type: 'bucket', bucket: createBucketRecord(s3, name) });
  }
  return { s3, credentials };
}

function rootCredentials(store: Store, given: Credentials | undefined): Credentials {
  const known = store.account;
  const { accessKeyId, secretAccessKey } = given ??
    known ?? {
      accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64url'),
    };
  if (known?.accessKeyId !== accessKeyId || known.secretAccessKey !== secretAccessKey)
    store.commit({ type: 'account', accessKeyId, secretAccessKey });
  return { accessKeyId, secretAccessKey };
}

/** Names under which buckets are hosts: `bucket.localhost`, `bucket.s3.amazonaws.com`, … */
const domains = (host: string, region: string): string[] => [
  `s3.${region}.amazonaws.com`,
  's3.amazonaws.com',
  'localhost',
  ...(/^[\d.]+$|:/.test(host) ? [] : [host]),
];

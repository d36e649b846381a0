import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { S3Client } from '@aws-sdk/client-s3';
import { S3_CLIENT } from '../store/client/s3-client.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../options/storage.settings.js';
import { STORAGE_SETTINGS } from '../storage.tokens.js';
import { checkBucket, type BucketReport } from './apply/check-bucket.js';

/** Milliseconds for which one report serves everybody who asks: health checks must not become load on the store. */
const reportLifeMs = 60_000;
/** The same for a report of something wrong: who mends it should not wait long to be believed. */
const failureLifeMs = 5_000;

/**
 * The read-only part of `nest-tenant-storage doctor`, for readiness checks and for the start of the application
 * (`checkBucketOnBoot`). It reads the bucket's settings with the application's own credentials and sends no probe.
 */
@Injectable()
export class BucketDoctor implements OnApplicationBootstrap {
  readonly #logger = new Logger(BucketDoctor.name);
  #last: { report: Promise<BucketReport>; until: number } | undefined;

  constructor(
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
    @Inject(S3_CLIENT) private readonly client: S3Client,
  ) {}

  /** Never rejects for what the store answers, and never takes longer than five seconds, whatever hangs. */
  check(): Promise<BucketReport> {
    if (this.#last && Date.now() < this.#last.until) return this.#last.report;
    // Whoever asks while it runs shares it.
    const last = { report: checkBucket(this.settings, this.client), until: Infinity };
    this.#last = last;
    last.report.then(
      ({ ok }) => (last.until = Date.now() + (ok ? reportLifeMs : failureLifeMs)),
      () => (last.until = 0),
    );
    return last.report;
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.settings.checkBucketOnBoot === 'off') return;
    const { ok, findings } = await this.check();
    for (const { id, message, fix } of findings) this.#logger.warn(`${id}: ${message} ${fix}`);
    if (ok || this.settings.checkBucketOnBoot === 'warn') return;
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ id }) => id);
    throw new StorageError('misconfigured', `The bucket is not set up as it must be: ${errors.join(', ')}.`);
  }
}

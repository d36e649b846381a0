import { setTimeout as after } from 'node:timers/promises';
import type { FileGate } from '../files/gates/gate.js';
import { scanName, scanText } from '../files/reads/scanned-by.js';
import { StorageError } from '../storage.error.js';
import { malwareFound, scanUnavailable } from './content-scanner.js';

export interface GuardDutyOptions {
  /**
   * Milliseconds that an upload through the application waits for the verdict before it is told `scan_pending` and has to
   * send its bytes again: a direct upload is completed again and needs no wait. Default 20,000.
   */
  waitMs?: number;
  /** Milliseconds between two looks meanwhile. Default 1,000. */
  everyMs?: number;
}

const tag = 'GuardDutyMalwareScanStatus';

/**
 * The gate of GuardDuty Malware Protection for S3, which scans what lies in `incoming/` and writes its verdict on the version
 * it has seen: that version and no other is put in place. Not there yet is `scan_pending` (409 with `Retry-After`); every
 * verdict but `NO_THREATS_FOUND` and `THREATS_FOUND` is `scan_unavailable`. The bucket must keep versions, and is set up by
 * `nest-tenant-storage provision --malware guardduty`.
 * https://docs.aws.amazon.com/guardduty/latest/ug/monitoring-malware-protection-s3-scans-gdu.html
 */
export function guardDutyGate({ waitMs = 20_000, everyMs = 1_000 }: GuardDutyOptions = {}): FileGate {
  return {
    name: 'scanner guardduty',
    async examine({ direct }, sent) {
      const until = Date.now() + (direct ? 0 : waitMs);
      for (;;) {
        const { tags, version } = await sent.tags();
        if (version === undefined) {
          throw new StorageError(
            'misconfigured',
            'GuardDuty gives its verdict on a version: the bucket must keep versions.',
          );
        }
        const status = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
        if (status === 'NO_THREATS_FOUND') {
          return { version, metadata: { [scanName]: scanText({ engine: 'guardduty', at: new Date() }) } };
        }
        if (status === 'THREATS_FOUND') throw malwareFound('THREATS_FOUND');
        if (status !== undefined) throw scanUnavailable(`GuardDuty says ${status.slice(0, 50)}`);
        if (Date.now() >= until) {
          throw new StorageError('scan_pending', 'The file is still being scanned for malware. Ask again later.');
        }
        await after(everyMs);
      }
    },
  };
}

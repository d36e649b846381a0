import type { Attributes, Meter } from '@opentelemetry/api';

const seconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
const bytes = [10_000, 100_000, 1_000_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000, 250_000_000];

/** The metrics of this module. Their attributes are from closed lists, so that there are never many of a kind. */
export function instruments(meter: Meter) {
  const uploads = meter.createCounter('storage.uploads', { description: 'Uploads that ended' });
  const size = meter.createHistogram('storage.upload.bytes', {
    description: 'Sizes of files that were stored',
    unit: 'By',
    advice: { explicitBucketBoundaries: bytes },
  });
  const duration = meter.createHistogram('storage.upload.duration', {
    description: 'From the first byte, of a direct upload from its ticket, to the end',
    unit: 's',
    advice: { explicitBucketBoundaries: seconds },
  });
  const active = meter.createUpDownCounter('storage.uploads.active', {
    description: 'Uploads being received or verified',
  });
  const urls = meter.createCounter('storage.urls', { description: 'Tickets and read URLs given out' });
  const refusals = meter.createCounter('storage.refusals', { description: 'What was refused, or failed' });
  const scans = meter.createCounter('storage.scans', { description: 'Files that a scanner looked at' });
  const scanDuration = meter.createHistogram('storage.scan.duration', {
    description: 'From the first byte that a scanner is shown to its verdict',
    unit: 's',
    advice: { explicitBucketBoundaries: seconds },
  });

  return {
    storeErrors: meter.createCounter('storage.store.errors', { description: 'Calls to the store that failed' }),

    /** Returns what is called with how it ended. */
    uploading(attributes: Attributes, since = Date.now()): (outcome: string) => void {
      active.add(1, attributes);
      return (outcome) => {
        active.add(-1, attributes);
        duration.record((Date.now() - since) / 1000, { ...attributes, outcome });
      };
    },

    scanning(attributes: Attributes): (verdict: string) => void {
      const since = performance.now();
      return (verdict) => {
        scans.add(1, { ...attributes, verdict });
        scanDuration.record((performance.now() - since) / 1000, { ...attributes, verdict });
      };
    },

    count({ kind, code, size: stored }: { kind: string; code?: string; size?: number }, attributes: Attributes): void {
      if (kind === 'upload-completed') {
        uploads.add(1, { ...attributes, outcome: 'stored' });
        if (stored !== undefined) size.record(stored, attributes);
      } else if (kind === 'upload-refused') {
        uploads.add(1, { ...attributes, outcome: 'refused', code });
        refusals.add(1, { ...attributes, code });
      } else if (kind === 'upload-abandoned') uploads.add(1, { ...attributes, outcome: 'abandoned' });
      else if (kind === 'access-refused') refusals.add(1, { ...attributes, code });
      else if (kind === 'upload-begun') urls.add(1, { ...attributes, kind: 'upload' });
      else if (kind === 'read-url-issued') urls.add(1, { ...attributes, kind: 'read' });
    },
  };
}

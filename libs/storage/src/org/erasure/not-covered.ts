import type { Scope } from '../control/closures.js';

/** What a certificate says nothing of. */
export const notCovered = (scope: Scope): string[] => [
  'Backups, replicas and copies in other buckets or accounts.',
  'Access logs, inventories and the journal of the application.',
  'The application’s own database.',
  'Copies that people or browsers have downloaded.',
  'Bytes of a request that was still being sent to the store after its URL had ended: they reach incoming/ at most, where nobody reads them, and expire after a day.',
  ...(scope === 'all' ? [] : ['Uploads that were begun before and are completed after this place was opened again.']),
];

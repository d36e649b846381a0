// src/gates.ts
import { StorageError, type FileGate } from 'nest-tenant-storage';

/** A rule of an application: nothing goes in after a case was closed. */
export const openCasesOnly = (isOpen: (org: string, formId: string) => Promise<boolean>): FileGate => ({
  name: 'open-cases-only',
  async admit({ org, purpose, place }) {
    if (purpose !== 'form-upload' || (await isOpen(org, place['formId'] ?? ''))) return;
    throw new StorageError('not_allowed', 'This case is closed.');
  },
});

/** An access that must be on record before it happens: what cannot be recorded is refused with 503. */
export const recordedReads = (record: (line: object) => Promise<void>): FileGate => ({
  name: 'recorded-reads',
  beforeAccess: ({ org, purpose, place, by, verb }) => record({ at: new Date(), org, purpose, place, by, verb }),
});

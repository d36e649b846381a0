// src/sealed.options.ts
import { readFileSync } from 'node:fs';
import { fileSink, type StorageModuleOptions } from 'nest-tenant-storage';

export const sealed = (options: StorageModuleOptions): StorageModuleOptions => ({
  ...options,
  audit: { origin: 'clinic.example/audit', signer: readFileSync('clinic.key.pem', 'utf8'), retention: { days: 3650 } },
  journal: { sink: fileSink('/var/lib/clinic/journal.jsonl'), required: true },
});

// src/scanned.options.ts
import { scannerGate, type StorageModuleOptions } from 'nest-tenant-storage';
import { clamd } from 'nest-tenant-storage/clamav';

/** `where`: host:port of clamd, or the path of its socket. At boot it is tried whether its limits reach. */
export const scanned = (options: StorageModuleOptions, where = '127.0.0.1:3310'): StorageModuleOptions => ({
  ...options,
  gates: [scannerGate(clamd(where), { checkOnBoot: 'warn' })],
});

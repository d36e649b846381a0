import type { INestApplicationContext } from '@nestjs/common';
import { AuditArchiveService, parseOrgId, StorageError } from 'nest-tenant-storage';

/**
 * Archived, sealed months for organisation 1, the two before `now`, so that there is something to read and to verify: over
 * HTTP none can be written. Months that are there already stay.
 */
export async function archiveSampleMonths(app: INestApplicationContext, now = new Date()): Promise<void> {
  for (const monthsAgo of [2, 1]) {
    const lastDay = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - monthsAgo + 1, 0));
    await archiveSampleMonth(app, lastDay).catch((error: unknown) => {
      const isThere = error instanceof StorageError && ['already_exists', 'conflict'].includes(error.code);
      if (!isThere) throw error;
    });
  }
}

async function archiveSampleMonth(app: INestApplicationContext, lastDay: Date): Promise<void> {
  const at = lastDay.toISOString();
  const events = [
    { at, by: 'ada', action: 'signed-in' },
    { at, by: 'ada', action: 'form-upload-read', formId: '7', customFieldId: '3' },
    { at, by: '5', action: 'signature-replaced', specialistId: '5' },
  ];
  const month = { year: lastDay.getUTCFullYear(), month: lastDay.getUTCMonth() + 1 };
  await app.get(AuditArchiveService, { strict: false }).append(parseOrgId('1'), month, events);
}

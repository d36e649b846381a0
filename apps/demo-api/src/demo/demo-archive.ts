import type { INestApplicationContext } from '@nestjs/common';
import { AuditArchiveService, parseOrgId, StorageError } from 'nest-tenant-storage';

/**
 * An archived month for organisation 1, the one before `now`, so that there is one to read: over HTTP none can be written.
 * A month that is there already stays.
 */
export async function archiveSampleMonth(app: INestApplicationContext, now = new Date()): Promise<void> {
  const lastDay = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0));
  const at = lastDay.toISOString();
  const events = [
    { at, by: 'ada', action: 'signed-in' },
    { at, by: 'ada', action: 'form-upload-read', formId: '7', customFieldId: '3' },
    { at, by: '5', action: 'signature-replaced', specialistId: '5' },
  ];
  const month = { year: lastDay.getUTCFullYear(), month: lastDay.getUTCMonth() + 1 };
  await app
    .get(AuditArchiveService, { strict: false })
    .append(parseOrgId('1'), month, events)
    .catch((error: unknown) => {
      const isThere = error instanceof StorageError && error.code === 'already_exists';
      if (!isThere) throw error;
    });
}

import { Test } from '@nestjs/testing';
import { StorageEvents } from '../../src/files/events.js';
import { AuditArchiveService } from '../../src/kinds/audit-month.js';
import { DocumentsService } from '../../src/kinds/document.js';
import { FormUploadsService } from '../../src/kinds/form-upload.js';
import { SignaturesService } from '../../src/kinds/signature.js';
import { TemplatesService } from '../../src/kinds/logo.js';
import { parseOrgId } from '../../src/keys/org-id.js';
import { StorageModule } from '../../src/storage.module.js';
import { startTestStorage } from '../../src/testing/test-storage.js';

export const one = parseOrgId('1');
export const eleven = parseOrgId('11');
export const file = { formId: '201', customFieldId: '7', fileName: 'Überweisung #1.png' };

/** The services for files of each kind, on a store of their own. */
export async function startDomains() {
  const storage = await startTestStorage();
  const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
  return {
    storage,
    forms: module.get(FormUploadsService),
    signatures: module.get(SignaturesService),
    documents: module.get(DocumentsService),
    templates: module.get(TemplatesService),
    audit: module.get(AuditArchiveService),
    events: module.get(StorageEvents),
    keys: async () => (await storage.contents()).keys,
    close: async () => {
      await module.close();
      await storage.close();
    },
  };
}

export async function* once(bytes: Buffer) {
  yield bytes;
}

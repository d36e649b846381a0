import { Test } from '@nestjs/testing';
import { FormUploadsService } from '../../src/kinds/form-upload.js';
import { SignaturesService } from '../../src/kinds/signature.js';
import { layout } from '../../src/keys/layout.js';
import { parseOrgId } from '../../src/keys/org-id.js';
import { StorageModule } from '../../src/storage.module.js';
import type { StorageModuleOptions } from '../../src/options/storage.options.js';
import { startTestStorage } from '../../src/testing/test-storage.js';
import { DirectUploads } from '../../src/files/uploads/direct-uploads.js';
import { follow } from '../http.js';

export const one = parseOrgId('1');
export const eleven = parseOrgId('11');
export const by = 'patient-7';
export const pdf = Buffer.from('%PDF-1.7\nthe bytes that were declared\n%%EOF\n');
export const place = { formId: '201', customFieldId: '7', fileName: 'report.pdf' };
export const key = layout.formUpload(one, place);

export interface Sending {
  method?: 'PUT' | 'POST';
  fileName?: string;
  contentType?: string;
  sha256?: string;
}

/** The module on a store of its own; `start` makes further ones on the same store. */
export async function startDirectUploads() {
  const storage = await startTestStorage();
  const start = (options: Partial<StorageModuleOptions> = {}) =>
    Test.createTestingModule({ imports: [StorageModule.forRoot({ ...storage.options, ...options })] }).compile();
  const module = await start();
  const forms = module.get(FormUploadsService);

  /** Begins an upload of organisation 1 and sends its bytes; completing is left to the test. */
  async function sent(
    bytes: Buffer,
    { fileName = place.fileName, contentType = 'application/pdf', ...declared }: Sending = {},
  ) {
    const at = { ...place, fileName };
    const ticket = await forms.beginUpload(one, at, { contentType, size: bytes.length, ...declared }, { by });
    expect((await follow(ticket, bytes)).status).toBeLessThan(300);
    return ticket;
  }

  return {
    storage,
    start,
    module,
    forms,
    signatures: module.get(SignaturesService),
    uploads: module.get(DirectUploads),
    sent,
    keys: async () => (await storage.contents()).keys,
    methods: storage.capabilities.postPolicy ? (['PUT', 'POST'] as const) : (['PUT'] as const),
    reset: async () => {
      if (storage.isEmbedded) storage.s3.faults.clear();
      await storage.empty();
    },
    close: async () => {
      await module.close();
      await storage.close();
    },
  };
}

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Test, type TestingModule } from '@nestjs/testing';
import { parseFileName } from '../../src/keys/file-name.js';
import { layout } from '../../src/keys/layout.js';
import { parseOrgId, type OrgId } from '../../src/keys/org-id.js';
import { FormUploadsService } from '../../src/kinds/form-upload.js';
import type { StorageModuleOptions } from '../../src/options/storage.options.js';
import { OrgClients } from '../../src/store/client/org-clients.js';
import { ObjectStore } from '../../src/store/object-store.js';
import { VersionStore } from '../../src/store/versions/version-store.js';
import { StorageModule } from '../../src/storage.module.js';
import { STORAGE_SETTINGS } from '../../src/storage.tokens.js';
import { samples } from '../../src/testing/samples.js';
import { startTestStorage, type TestStorageOptions } from '../../src/testing/test-storage.js';

export const one = parseOrgId('1');
export const eleven = parseOrgId('11');
export const by = 'officer-1';

/** Modules, as if of several processes, on one bucket that keeps versions; `raw` reaches behind their backs. */
export async function startOrgFiles(options: TestStorageOptions = {}) {
  const storage = await startTestStorage({ embeddedOnly: true, ...options });
  const open: TestingModule[] = [];
  const start = async (more: Partial<StorageModuleOptions> = {}) => {
    // Time is not waited for here: what one process closes, another one sees at once.
    const imports = [StorageModule.forRoot({ ...storage.options, orgControlFreshMs: 0, ...more })];
    const module = await Test.createTestingModule({ imports }).compile();
    open.push(module);
    return module;
  };
  const module = await start();
  const versions = versionsOf(module);
  const Bucket = storage.bucket;
  let count = 0;
  return {
    storage,
    module,
    start,
    versions,
    forms: module.get(FormUploadsService),
    /** A form file of an organisation, with so many states; the last one is current. */
    async form(org: OrgId, states = 1, fileName = `report-${++count}.pdf`) {
      const place = { formId: '201', customFieldId: '7', fileName };
      const forms = module.get(FormUploadsService);
      for (let state = 0; state < states; state++) {
        const bytes = Buffer.concat([samples.pdf.bytes, Buffer.from(`\n%${state}`)]);
        await forms.upload(org, place, { bytes, contentType: 'application/pdf' }, { by, replace: true });
      }
      return { place, key: layout.formUpload(org, { ...place, fileName: parseFileName(fileName).key }) };
    },
    put: (Key: string, Body = 'raw') => storage.raw.send(new PutObjectCommand({ Bucket, Key, Body })),
    async close() {
      for (const each of open) await each.close();
      await storage.close();
    },
  };
}

export const versionsOf = (module: TestingModule): VersionStore =>
  new VersionStore(module.get(STORAGE_SETTINGS), module.get(OrgClients, { strict: false }), module.get(ObjectStore));

export type OrgFiles = Awaited<ReturnType<typeof startOrgFiles>>;

import { Test } from '@nestjs/testing';
import { DirectUploads } from '../../src/files/uploads/direct-uploads.js';
import { StorageEvents, type StorageEvent } from '../../src/files/events.js';
import { Files } from '../../src/files/files.js';
import type { FileGate } from '../../src/files/gates/gate.js';
import { parseOrgId } from '../../src/keys/org-id.js';
import { StorageModule } from '../../src/storage.module.js';
import { ObjectStore } from '../../src/store/object-store.js';
import { startTestStorage, type TestStorageOptions } from '../../src/testing/test-storage.js';

export const one = parseOrgId('1');
export const eleven = parseOrgId('11');

/** Modules, as if of several processes, on one store; each with its own gates. */
export async function startFiles(options: TestStorageOptions = {}) {
  const storage = await startTestStorage(options);
  const closing: (() => Promise<void>)[] = [];
  const start = async (...gates: FileGate[]) => {
    const module = await Test.createTestingModule({
      imports: [StorageModule.forRoot({ ...storage.options, gates })],
    }).compile();
    closing.push(() => module.close());
    const told: StorageEvent[] = [];
    const events = module.get(StorageEvents);
    events.subscribe((event) => void told.push(event));
    return {
      module,
      files: module.get(Files),
      uploads: module.get(DirectUploads),
      objects: module.get(ObjectStore),
      events,
      told,
    };
  };
  const close = async () => {
    for (const end of closing) await end();
    await storage.close();
  };
  return { storage, start, close };
}

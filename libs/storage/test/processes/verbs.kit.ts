import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { layout } from '../../src/keys/layout.js';
import { parseOrgId } from '../../src/keys/org-id.js';
import { formUpload, FormUploadsService } from '../../src/kinds/form-upload.js';
import { StorageModule } from '../../src/storage.module.js';
import { StorageError } from '../../src/storage.error.js';
import { Erasure } from '../../src/org/erasure/erasure.js';
import { Holds } from '../../src/org/holds/holds.js';
import { Trash } from '../../src/org/trash/trash.js';

/** What is done in one process: all of it in JSON, as the first argument. */
export interface Order {
  options: Parameters<typeof StorageModule.forRoot>[0];
  verb:
    | 'upload'
    | 'replace'
    | 'delete'
    | 'restore'
    | 'restore first'
    | 'hold'
    | 'release'
    | 'purge'
    | 'erase part'
    | 'erase';
  org: string;
  name: string;
  /** For an upload. */
  text: string;
  /** For an erasure. */
  signer: string;
  /** For a release. */
  hold?: string | undefined;
}

/** One verb by modules of its own, which know nothing of an earlier one: what came out, or the code of a refusal. */
export async function carryOut(order: Order): Promise<unknown> {
  const app = await NestFactory.createApplicationContext(
    { module: class App {}, imports: [StorageModule.forRoot(order.options)] },
    { logger: false },
  );
  try {
    return (await act(app, order)) ?? {};
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { code: error.code };
  } finally {
    await app.close();
  }
}

async function act(app: INestApplicationContext, { verb, org: id, name, text, signer, hold }: Order): Promise<unknown> {
  const [forms, trash, holds, erasure] = [
    app.get(FormUploadsService),
    app.get(Trash),
    app.get(Holds),
    app.get(Erasure),
  ];
  const [org, at, by] = [parseOrgId(id), { formId: '1', customFieldId: '2', fileName: name }, 'b'];
  const file = { bytes: Buffer.from(`%PDF-1.7\n%${text}\n%%EOF\n`), contentType: 'application/pdf' };
  const clock = { now: Date.now, sleep: async () => undefined };
  const erased = { reason: 'r', by, signer, clock, keep: () => {} };
  switch (verb) {
    case 'upload':
      return forms.upload(org, at, file);
    case 'replace':
      return forms.upload(org, at, file, { replace: true });
    case 'delete':
      return forms.delete(org, at);
    case 'restore':
      return trash.restore(formUpload, org, at);
    case 'restore first': {
      const version = (await trash.versions(formUpload, org, at)).at(-1)?.version ?? '';
      return trash.restore(formUpload, org, at, { version });
    }
    case 'purge':
      return trash.purge(formUpload, org, at);
    case 'hold':
      return holds.hold(formUpload, org, at, { reason: 'r', by });
    case 'release':
      return hold === undefined ? undefined : holds.release(org, hold, { by });
    case 'erase part':
      return erasure.erase(org, { ...erased, prefix: layout.formUpload(org, at) });
    case 'erase':
      return erasure.erase(org, erased);
  }
}

import type { TestingModule } from '@nestjs/testing';
import fc from 'fast-check';
import { by, startOrgFiles } from '../../test/file-kits/org-files.kit.js';
import { keptStatesIn, linesOfOrg, statesOfOrg } from '../../test/kept-states.kit.js';
import { runs } from '../../test/long.js';
import { newKeyPair } from '../audit/signer.js';
import { layout } from '../keys/layout.js';
import { parseOrgId, type OrgId } from '../keys/org-id.js';
import { formUpload, FormUploadsService } from '../kinds/form-upload.js';
import { StorageError } from '../storage.error.js';
import { samples } from '../testing/samples.js';
import { Erasure } from './erasure/erasure.js';
import { leafOf } from './erasure/inventory.js';
import { Holds } from './holds/holds.js';
import { Trash } from './trash/trash.js';

/*
 * Random lives of two organisations whose ids begin alike. Whatever is done, in whatever order and through whatever process:
 * what is on hold is never gone, an erased organisation has nothing but what its certificate names, and what is done in one
 * never touches the other.
 */
const { privateKey: signer } = newKeyPair();
const clock = { now: Date.now, sleep: async () => {} };
const names = ['a.pdf', 'a.pdf.pdf', 'b.pdf'];
const verbs = [
  'upload',
  'replace',
  'delete',
  'restore',
  'restore first',
  'hold',
  'release',
  'purge',
  'erase part',
  'die',
] as const;

const stores = await Promise.all(
  [true, false].map((objectLock) => startOrgFiles({ storage: { bucketRules: { objectLock } } })),
);
afterAll(() => Promise.all(stores.map(({ close }) => close())));

interface Step {
  verb: (typeof verbs)[number];
  second: boolean;
  name: string;
  dies: 'DeleteObjects' | 'PutObject' | 'DeleteObject' | 'PutObjectLegalHold' | null;
}
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    // What is held must have been uploaded: of verbs all alike hardly a life has a hold at its end.
    verb: fc.constantFrom('upload', 'upload', 'upload', 'hold', 'hold', 'hold', ...verbs),
    second: fc.boolean(),
    name: fc.constantFrom('a.pdf', 'a.pdf', 'a.pdf', ...names),
    dies: fc.option(fc.constantFrom('DeleteObjects', 'PutObject', 'DeleteObject', 'PutObjectLegalHold'), { freq: 6 }),
  }),
  { minLength: 6, maxLength: 12 },
);

/** What the short run tries first: where the store has no lock, a hold stands by its record alone. */
const uploadAndHold: Step[] = (['upload', 'hold'] as const).map((verb) => ({
  ...{ verb, second: false, name: 'a.pdf', dies: null },
}));

let count = 0;

test('a held version is never gone, an erased organisation has what its certificate names, another is never touched', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), steps, fc.boolean(), async (isLocked, plan, eraseSecond) => {
      // Not drawn itself: a failure shows in full what was drawn.
      const files = stores[isLocked ? 0 : 1]!;
      const { storage } = files;
      // Each life is of two organisations of its own.
      const [first, second] = [`7${++count}`, `7${count}1`].map(parseOrgId) as [OrgId, OrgId];
      const held = new Map<string, { org: OrgId; states: string[] }>();
      let [module, kept] = [files.module, await keptIn(storage)];
      /** What is there now, after nothing was done to `other` and to what is on hold. */
      const look = async (other: OrgId) => {
        const now = await keptIn(storage);
        expect(linesOfOrg(now, other)).toEqual(linesOfOrg(kept, other));
        for (const { org, states } of held.values())
          expect(linesOfOrg(now, org)).toEqual(expect.arrayContaining(states));
        return now;
      };
      for (const { verb, second: isSecond, name, dies } of plan) {
        const [org, other] = isSecond ? [second, first] : [first, second];
        if (verb === 'die' || dies) module = await files.start({ maxAttempts: 1 });
        if (dies) storage.s3.faults.add({ operation: dies, action: 'error' });
        const done = await act(module, org, verb, name, held).catch(expected);
        storage.s3.faults.clear();
        kept = await look(other);
        if (!done?.hold) continue;
        const states = linesOfOrg(kept, org).filter(
          (each) => each.startsWith(`${done.key} `) && !each.endsWith('deleted'),
        );
        held.set(done.hold, { org, states });
      }
      const [org, other] = eraseSecond ? [second, first] : [first, second];
      const statement = await module.get(Erasure).erase(org, order());
      kept = await look(other);
      const { salt } = statement.digest;
      const versions = statesOfOrg(kept, org).filter(({ kind }) => kind !== 'upload');
      expect(versions.map((found) => leafOf(salt, found)).toSorted()).toEqual(
        statement.left.map(({ leaf }) => leaf).toSorted(),
      );
    }),
    { numRuns: runs(2, 60), examples: [[false, uploadAndHold, false]] },
  );
}, 600_000);

const order = () => ({ reason: 'r', by, signer, clock, keep: () => {} });
const place = (fileName: string) => ({ formId: '1', customFieldId: '2', fileName });

async function act(
  module: TestingModule,
  org: OrgId,
  verb: (typeof verbs)[number],
  name: string,
  held: Map<string, { org: OrgId }>,
): Promise<{ key: string; hold?: string } | void> {
  const at = place(name);
  const [forms, trash, holds] = [module.get(FormUploadsService), module.get(Trash), module.get(Holds)];
  const file = {
    bytes: Buffer.concat([samples.pdf.bytes, Buffer.from(`%${Math.random()}`)]),
    contentType: 'application/pdf',
  };
  const key = layout.formUpload(org, at);
  switch (verb) {
    case 'upload':
      return void (await forms.upload(org, at, file));
    case 'replace':
      return void (await forms.upload(org, at, file, { replace: true }));
    case 'delete':
      return forms.delete(org, at);
    case 'restore':
      return void (await trash.restore(formUpload, org, at));
    case 'restore first': {
      const version = (await trash.versions(formUpload, org, at)).at(-1)?.version ?? '';
      return void (await trash.restore(formUpload, org, at, { version }));
    }
    case 'purge':
      return trash.purge(formUpload, org, at);
    case 'erase part':
      return void (await module.get(Erasure).erase(org, { ...order(), prefix: layout.formUpload(org, at) }));
    case 'hold': {
      const { id } = await holds.hold(formUpload, org, at, { reason: 'r', by });
      return { key, hold: id };
    }
    case 'release':
      for (const [id, hold] of held) {
        if (hold.org !== org) continue;
        // From here on it may be gone, whether or not the answer comes.
        held.delete(id);
        return holds.release(org, id, { by });
      }
  }
}

const keptIn = ({ raw, bucket }: (typeof stores)[number]['storage']) => keptStatesIn(raw, bucket);

/** A refusal by a rule, or the death of a call. Anything else is a mistake. */
function expected(error: unknown): void {
  const codes = ['on_hold', 'org_frozen', 'not_found', 'already_exists', 'conflict', 'store_unavailable'];
  if (!(error instanceof StorageError) || !codes.includes(error.code)) throw error;
}

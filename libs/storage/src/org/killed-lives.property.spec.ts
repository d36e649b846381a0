import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { linesOfOrg, statesOfOrg } from '../../test/kept-states.kit.js';
import { startLifelong } from '../../test/lifelong.kit.js';
import { isLong, runs } from '../../test/long.js';
import { testNeeding } from '../../test/needs.js';
import { Processes } from '../../test/processes/processes.kit.js';
import { carryOut, type Order } from '../../test/processes/verbs.kit.js';
import { newKeyPair } from '../audit/signer.js';
import { layout } from '../keys/layout.js';
import { storePresets } from '../options/store-presets.js';
import { parseOrgId } from '../keys/org-id.js';
import type { ErasureStatement } from './erasure/certificate.js';
import { leafOf } from './erasure/inventory.js';

/*
 * Random lives of two organisations whose ids begin alike, each verb in a process of its own that may be killed: at a request which the
 * store then carries out, or does not. In the short run a verb that nobody kills is carried out here, by modules of its own. What is on hold is never gone, an erased organisation has what its certificate names,
 * and another is never touched.
 */
const bucket = await startLifelong();
const processes = new Processes();
const { privateKey: signer } = newKeyPair();
const close = async () => {
  processes.close();
  await bucket.close();
};
afterAll(close);
// Hooks of a file whose tests are skipped do not run.
if (!bucket.server) await close();

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
] as const;
const requests = [
  'PutObject',
  'DeleteObject',
  'DeleteObjects',
  'CopyObject',
  'PutObjectLegalHold',
  'ListObjectsV2',
  'ListObjectVersions',
];
const { accessKeyId, secretAccessKey } = bucket.server?.credentials ?? { accessKeyId: '', secretAccessKey: '' };
const options = { ...bucket.options, credentials: { accessKeyId, secretAccessKey }, maxAttempts: 1 };
const expected = [undefined, 'on_hold', 'org_frozen', 'not_found', 'already_exists', 'conflict', 'store_unavailable'];

interface Death {
  operation: string;
  /** How many of them come before. */
  after: number;
  /** Whether the store carries it out all the same. */
  isDone: boolean;
}

const killed: fc.Arbitrary<Death> = fc.record({
  operation: fc.constantFrom(...requests),
  after: fc.nat(2),
  isDone: fc.boolean(),
});
interface Step {
  verb: Order['verb'];
  second: boolean;
  name: string;
  killed: Death | null;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    verb: fc.constantFrom(...verbs),
    second: fc.boolean(),
    name: fc.constantFrom('a.pdf', 'a.pdf.pdf', 'b.pdf'),
    killed: fc.option(killed, { freq: 2 }),
  }),
  { minLength: 6, maxLength: 10 },
);

/** What the short run tries, so that somebody is killed in each. Erasures are killed beside, in tests of their own. */
const short: [Step[], boolean, Death | null] = [
  [
    { verb: 'upload', second: false, name: 'a.pdf', killed: null },
    { verb: 'upload', second: true, name: 'a.pdf.pdf', killed: { operation: 'PutObject', after: 0, isDone: true } },
    { verb: 'hold', second: false, name: 'a.pdf', killed: null },
  ],
  false,
  null,
];

let [count, deaths] = [0, 0];

/** The answer; none where it was killed. */
async function act(order: Omit<Order, 'options' | 'signer' | 'text'>, death: Death | null) {
  const whole: Order = { ...order, options, signer, text: `${count++}` };
  if (!death && !isLong) return (await carryOut(whole)) as { code?: string; id?: string };
  const running = processes.start('verb.process.ts', [JSON.stringify(whole)]);
  let left = death?.after ?? 0;
  const die = () => {
    if (left-- > 0) return;
    running.kill();
    if (!death?.isDone) throw new Error('The server went too.');
  };
  if (death) bucket.server?.faults.add({ operation: death.operation, times: 99, before: die });
  const { signal, status, out, err } = await running.ended;
  bucket.server?.faults.clear();
  // What the dead have sent is carried out, or refused, before anybody looks.
  while (bucket.server?.requests.list().some(({ status, code }) => (status ?? code) === undefined)) await turn();
  if (signal !== null) return void deaths++;
  if (status !== 0) throw new Error(err);
  return JSON.parse(out) as { code?: string; id?: string };
}

testNeeding({ isEmbedded: bucket.server !== undefined, capabilities: storePresets.aws }, 'embedded server')(
  'whoever is killed at whatever: what is on hold stays, what is erased is gone, and another is never touched',
  async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), fc.option(killed, { freq: 9 }), async (plan, eraseSecond, lastDeath) => {
        const [first, second] = [`7${++count}`, `7${count}1`].map(parseOrgId) as [
          ReturnType<typeof parseOrgId>,
          ReturnType<typeof parseOrgId>,
        ];
        const held = new Map<string, { org: string; states: string[] }>();
        /** What is there now, after nothing was done to `other` and to what is on hold. */
        const look = async (other: string) => {
          const now = await bucket.kept();
          expect(linesOfOrg(now, other)).toEqual(linesOfOrg(kept, other));
          for (const { org, states } of held.values())
            expect(linesOfOrg(now, org)).toEqual(expect.arrayContaining(states));
          return now;
        };
        let kept = await bucket.kept();
        for (const { verb, second: isSecond, name, killed: death } of plan) {
          const [org, other] = isSecond ? [second, first] : [first, second];
          const [hold] = [...held].find(([, each]) => each.org === org) ?? [];
          // From here on it may be gone, whether or not the answer comes.
          if (verb === 'release' && hold !== undefined) held.delete(hold);
          const answer = await act({ verb, org, name, hold }, death);
          expect(expected).toContain(answer?.code);
          kept = await look(other);
          if (verb !== 'hold' || answer?.id === undefined) continue;
          const key = layout.formUpload(org, { formId: '1', customFieldId: '2', fileName: name });
          const states = linesOfOrg(kept, org).filter(
            (each) => each.startsWith(`${key} `) && !each.endsWith('deleted'),
          );
          held.set(answer.id, { org, states });
        }
        const [org, other] = eraseSecond ? [second, first] : [first, second];
        await act({ verb: 'erase', org, name: '' }, lastDeath);
        const statement = (await act({ verb: 'erase', org, name: '' }, null)) as unknown as ErasureStatement;
        kept = await look(other);
        const { salt } = statement.digest;
        const versions = statesOfOrg(kept, org).filter(({ kind }) => kind !== 'upload');
        expect(versions.map((found) => leafOf(salt, found)).toSorted()).toEqual(
          statement.left.map(({ leaf }) => leaf).toSorted(),
        );
      }),
      { numRuns: runs(1, 6), examples: [short] },
    );
    expect(deaths).toBeGreaterThan(0);
  },
  1_800_000,
);

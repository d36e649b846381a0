import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { eleven, one, startFiles } from '../../test/file-kits/gates.kit.js';
import { follow } from '../../test/http.js';
import { runs } from '../../test/long.js';
import { by } from '../../test/file-kits/scan.kit.js';
import type { UploadTicket } from '../direct/declared-upload.js';
import { formUpload } from '../kinds/form-upload.js';
import { StorageError } from '../storage.error.js';
import type { ContentScanner, Verdict } from './content-scanner.js';
import { scannerGate } from './scanner-gate.js';

const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
/** Of one length, so that only a scanner tells them apart. */
const contents = [
  'a clean letter.......',
  'another clean letter.',
  'a letter with a worm.',
  'and another with one.',
].map((text) => Buffer.from(`${text}\n`));
const outcomes = ['as it is', 'unavailable', 'pending', 'exchanged meanwhile'] as const;
const deaths = ['', 'CopyObject', 'PutObject', 'GetObject', 'DeleteObject'] as const;
const orgs = [one, eleven];

/** What it called clean, by hash: the one thing that may be found under a final key. */
const foundClean = new Set<string>();
let outcome: (typeof outcomes)[number] = 'as it is';
let exchange = async () => {};
let scans = 0;

const scanner: ContentScanner = {
  name: 'recorder',
  state: async () => ({ engine: 'recorder' }),
  async begin() {
    const chunks: Uint8Array[] = [];
    return {
      by: { engine: 'recorder' },
      write: async (chunk) => void chunks.push(Buffer.from(chunk)),
      abort: () => {},
      async verdict(): Promise<Verdict> {
        scans += 1;
        const bytes = Buffer.concat(chunks);
        if (outcome === 'unavailable') throw new Error('gone');
        if (outcome === 'pending') throw new StorageError('scan_pending', 'not yet');
        if (outcome === 'exchanged meanwhile') await exchange();
        const seen = { engine: 'recorder', at: new Date() };
        if (bytes.includes('worm') || bytes.includes('with one'))
          return { kind: 'malware', signature: 'Worm', ...seen };
        foundClean.add(hashOf(bytes));
        return { kind: 'clean', ...seen };
      },
    };
  },
};

const { storage, start, close } = await startFiles({ embeddedOnly: true });
/** As if of several processes: what one does not finish, another finds. */
const processes = [await start(scannerGate(scanner)), await start(scannerGate(scanner))];
afterAll(close);

type Action = typeof action extends fc.Arbitrary<infer A> ? A : never;

const slot = fc.nat({ max: 2 });
const content = fc.nat({ max: contents.length - 1 });
const action = fc.oneof(
  fc.record({ do: fc.constant('begin' as const), slot, method: fc.constantFrom('PUT' as const, 'POST' as const) }),
  fc.record({ do: fc.constant('send' as const), slot, content }),
  fc.record({ do: fc.constant('exchange' as const), slot, content }),
  fc.record({
    do: fc.constant('complete' as const),
    slot,
    content,
    outcome: fc.constantFrom(...outcomes),
    death: fc.constantFrom(...deaths),
    times: fc.constantFrom(1, 3),
  }),
  fc.record({
    do: fc.constant('stream' as const),
    slot,
    content,
    outcome: fc.constantFrom(...outcomes),
    death: fc.constantFrom(...deaths),
  }),
);

/** Which few random orders come upon. */
const exchangedInBetween: Action[] = [
  { do: 'begin', slot: 0, method: 'PUT' },
  { do: 'send', slot: 0, content: 0 },
  { do: 'complete', slot: 0, content: 0, outcome: 'exchanged meanwhile', death: '', times: 3 },
];

/** Which they need not come upon either: one that is clean, and is stored. */
const cleanStream: Action[] = [{ do: 'stream', slot: 0, content: 0, outcome: 'as it is', death: '' }];

async function finals(): Promise<Map<string, string>> {
  const { keys } = await storage.contents();
  const found = new Map<string, string>();
  for (const Key of keys.filter((name) => !name.startsWith('incoming/'))) {
    const { Body } = await storage.raw.send(new GetObjectCommand({ Bucket: storage.bucket, Key }));
    found.set(Key, hashOf(await Body!.transformToByteArray()));
  }
  return found;
}

test('nothing lies under a final key that was not scanned clean, whatever happens in whatever order', async () => {
  let stored = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 14 }), async (actions) => {
      foundClean.clear();
      const tickets = new Map<number, UploadTicket>();
      let turn = 0;
      const orgOf = (at: number) => orgs[at % 2] ?? one;
      const placeOf = (at: number) => ({ formId: '7', customFieldId: '3', fileName: `${at}.txt` });
      const overwrite = async (at: number, what: number) => {
        const { keys } = await storage.contents();
        const Key = keys.find((name) => name.startsWith(`incoming/${orgOf(at)}/`));
        const put = { Bucket: storage.bucket, Body: contents[what], ContentType: 'text/plain' };
        if (Key) await storage.raw.send(new PutObjectCommand({ ...put, Key }));
      };
      for (const step of actions) {
        const { files, uploads } = processes[turn % 2]!;
        const at = step.slot;
        outcome = 'outcome' in step ? step.outcome : 'as it is';
        exchange = () => ('content' in step ? overwrite(at, (step.content + 2) % contents.length) : Promise.resolve());
        if ('death' in step && step.death)
          storage.s3.faults.add({ operation: step.death, action: 'refuse', times: 100 });
        const ticket = tickets.get(at);
        const doing: Promise<unknown>[] = [];
        if (step.do === 'begin') {
          const declared = { contentType: 'text/plain', size: contents[0]!.length, method: step.method };
          const begun = files.beginUpload(formUpload, orgOf(at), placeOf(at), declared, { by });
          doing.push(begun.then((given) => tickets.set(at, given)));
        }
        if (step.do === 'send' && ticket) doing.push(follow(ticket, contents[step.content]!));
        if (step.do === 'exchange') doing.push(overwrite(at, step.content));
        if (step.do === 'complete' && ticket) {
          for (let i = 0; i < step.times; i += 1) {
            const { uploads: other } = processes[(turn + i) % 2]!;
            doing.push((i === 0 ? uploads : other).complete(orgOf(at), ticket.token, { by }));
          }
        }
        if (step.do === 'stream') {
          const file = { bytes: contents[step.content]!, contentType: 'text/plain' };
          doing.push(files.upload(formUpload, orgOf(at), placeOf(at), file, { by }));
        }
        for (const end of await Promise.allSettled(doing)) {
          if (end.status === 'rejected' && !(end.reason instanceof StorageError)) throw end.reason;
        }
        storage.s3.faults.clear();
        if ('death' in step && step.death) turn += 1;
        for (const hash of (await finals()).values()) {
          expect(foundClean).toContain(hash);
          stored += 1;
        }
      }
      await storage.empty();
      for (const mark of await storage.marks()) expect(mark).toMatch(/^incoming\//);
    }),
    { numRuns: runs(12, 400), endOnFailure: true, examples: [[exchangedInBetween], [cleanStream]] },
  );
  // It was about something.
  expect([stored > 0, scans > 0]).toEqual([true, true]);
});

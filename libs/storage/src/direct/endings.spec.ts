import { S3Client } from '@aws-sdk/client-s3';
import { Logger } from '@nestjs/common';
import type { TestingModule } from '@nestjs/testing';
import fc from 'fast-check';
import { runs } from '../../test/long.js';
import { by, key, one, pdf, place, startDirectUploads } from '../../test/file-kits/direct-uploads.kit.js';
import { follow } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import { S3_CLIENT } from '../store/client/s3-client.js';
import { StorageError } from '../storage.error.js';
import { StorageEvents, type StorageEvent } from '../files/events.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';

const { storage, start, forms, uploads, keys, reset, close } = await startDirectUploads();
const processes = [await start(), await start()] as const;
const heard: StorageEvent[] = [];
for (const each of processes) each.get(StorageEvents).subscribe((event) => heard.push(event));

afterAll(async () => {
  for (const each of processes) await each.close();
  await close();
});
afterEach(reset);
Logger.overrideLogger(false);

const html = Buffer.from('<html>'.padEnd(pdf.length, 'x'));
const lives = processes.map((each) => {
  const client = each.get<S3Client>(S3_CLIENT);
  return { client, send: client.send.bind(client) as (...args: unknown[]) => Promise<unknown> };
});

/** Each call to the store waits for its turn; a process dies when it has made so many. */
function inTurns(scheduler: fc.Scheduler, deaths: readonly [number, number]): void {
  lives.forEach(({ client, send }, index) => {
    let left = deaths[index]!;
    const turn = scheduler.scheduleFunction(async (...args: unknown[]) => {
      if (left-- <= 0) throw new Error('dead');
      return send(...args);
    });
    client.send = turn as typeof client.send;
  });
}

const revive = () => lives.forEach(({ client, send }) => (client.send = send as typeof client.send));

/** `mistake`: completed with the ETag of other bytes. */
type Deed = 'complete' | 'mistake' | 'abandon' | 'sign';
const act = (at: TestingModule, deed: Deed, token: string): Promise<string> => {
  const direct = at.get(DirectUploads);
  const done =
    deed === 'complete' || deed === 'mistake'
      ? direct.complete(one, token, { by, etag: deed === 'mistake' ? '"other"' : undefined })
      : deed === 'abandon'
        ? direct.abandon(one, token, { by })
        : direct.sign(one, token, { method: 'PUT' }, { by });
  return done.then(
    () => 'done',
    (error: unknown) => (error instanceof StorageError ? error.code : 'dead'),
  );
};

const deed = fc.constantFrom<Deed>('complete', 'complete', 'mistake', 'abandon', 'sign');
const death = fc.oneof({ weight: 2, arbitrary: fc.constant(Infinity) }, fc.nat({ max: 8 }));

testNeeding(storage, 'embedded server')(
  'two processes in any order, each of which may die anywhere: an upload has one end',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.tuple(fc.array(deed, { minLength: 1, maxLength: 2 }), fc.array(deed, { minLength: 1, maxLength: 2 })),
        fc.tuple(death, death),
        fc.boolean(),
        async (scheduler, [ofOne, ofOther], deaths, isGood) => {
          await reset();
          heard.length = 0;
          const declared = { contentType: 'application/pdf', size: pdf.length, method: 'PUT' as const };
          const ticket = await forms.beginUpload(one, place, declared, { by });
          await follow(ticket, isGood ? pdf : html);
          inTurns(scheduler, deaths);
          const all = Promise.all([
            ...ofOne.map((each) => act(processes[0], each, ticket.token)),
            ...ofOther.map((each) => act(processes[1], each, ticket.token)),
          ]);
          const answers = await scheduler.waitFor(all);
          revive();
          const deeds = [...ofOne, ...ofOther];
          const completions = answers.filter((_, index) => deeds[index] === 'complete');

          const isThere = (await keys()).includes(key);
          const told = heard.map(({ kind }) => kind);
          expect(told.filter((kind) => kind !== 'upload-begun').length).toBeLessThanOrEqual(1);
          // Nobody is told of a file that is not there, nor of a refusal of one that is.
          if (completions.includes('done') || told.includes('upload-completed')) expect(isThere).toBe(true);
          if (completions.includes('content_mismatch') || told.includes('upload-refused')) expect(isThere).toBe(false);
          if (!isGood) expect(isThere).toBe(false);

          // Whatever has died: who asks next has the end that was answered, and so has everybody after.
          const last = await act(processes[1], 'complete', ticket.token);
          const isPlaced = last === 'done';
          expect((await keys()).filter((name) => !name.startsWith('incoming/'))).toEqual(isPlaced ? [key] : []);
          if (isThere) expect(last).toBe('done');
          expect(await act(processes[0], 'complete', ticket.token)).toBe(isPlaced ? 'done' : 'not_found');
          await uploads.abandon(one, ticket.token, { by });
          expect((await keys()).includes(key)).toBe(isPlaced);
          expect(await act(processes[0], 'sign', ticket.token)).toBe('not_found');

          // Over is over: neither the deed nor the first URL brings it back.
          if (isPlaced) await forms.delete(one, place);
          await follow(ticket, pdf);
          for (const each of processes) expect(await act(each, 'complete', ticket.token)).toBe('not_found');
          expect(await keys()).toEqual([]);
        },
      ),
      { numRuns: runs(8, 20), seed: 20_261_127 },
    );
  },
  runs(8, 20) * 60_000,
);

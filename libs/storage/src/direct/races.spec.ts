import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { TestingModule } from '@nestjs/testing';
import { by, eleven, key, one, pdf, place, startDirectUploads } from '../../test/file-kits/direct-uploads.kit.js';
import { follow } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import { layout } from '../keys/layout.js';
import { S3_CLIENT } from '../store/client/s3-client.js';
import { samples } from '../testing/samples.js';
import { DirectUploads } from '../files/uploads/direct-uploads.js';

const { storage, start, forms, signatures, uploads, sent, keys, reset, close } = await startDirectUploads();
const onEmbedded = testNeeding(storage, 'embedded server');

afterEach(reset);
afterAll(close);

test('completing again, and five times at once, gives the same answer', async () => {
  const { token } = await sent(pdf);
  const answers = await Promise.all(Array.from({ length: 5 }, () => uploads.complete(one, token, { by })));
  answers.push(await uploads.complete(one, token, { by }));
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(await keys()).toEqual([key]);
});

describe('races and replays', () => {
  onEmbedded('bytes swapped between the check and the copy are not promoted', async () => {
    const { token } = await sent(pdf);
    const [incoming] = await keys();
    const other = Buffer.from('%PDF-1.7 swapped'.padEnd(pdf.length, '!'));
    storage.s3.faults.add({
      operation: 'CopyObject',
      before: async () => {
        const params = { Bucket: storage.bucket, Key: incoming, Body: other, ContentType: 'application/pdf' };
        await storage.raw.send(new PutObjectCommand(params));
      },
    });
    await expect(uploads.complete(one, token, { by })).rejects.toMatchObject({ code: 'conflict' });
    expect(await keys()).toEqual([]);
  });

  onEmbedded('giving up while the file is put in its place is too late, and takes nothing away', async () => {
    const { token } = await sent(pdf);
    const [incoming] = await keys();
    const elsewhere = await start();
    const left: string[][] = [];
    storage.s3.faults.add({
      operation: 'CopyObject',
      before: async () => {
        await elsewhere.get(DirectUploads).abandon(one, token, { by });
        left.push(await keys());
      },
    });
    expect(await uploads.complete(one, token, { by })).toMatchObject({ fileName: 'report.pdf', size: pdf.length });
    expect(left).toEqual([[incoming]]);
    expect(await keys()).toEqual([key]);
    await elsewhere.close();
  });

  test('a leaked URL used after completion changes nothing, also when the client completes again', async () => {
    const ticket = await sent(pdf, { method: 'PUT' });
    const accepted = await uploads.complete(one, ticket.token, { by });
    const other = Buffer.from('%PDF-1.7 swapped'.padEnd(pdf.length, '!'));
    await follow(ticket, other);
    expect(await uploads.complete(one, ticket.token, { by })).toEqual(accepted);
    expect(await keys()).toEqual([key]);
  });

  test('an older ticket cannot take a newer file’s place', async () => {
    const png = samples['png']!.bytes;
    const at = { specialistId: '44' };
    const begin = () => signatures.beginUpload(one, at, { size: png.length }, { by });
    const [older, newer] = [await begin(), await begin()];
    await follow(older, png);
    await follow(newer, png);
    const accepted = await uploads.complete(one, newer.token, { by, purpose: 'signature' });
    await expect(uploads.complete(one, older.token, { by, purpose: 'signature' })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await uploads.complete(one, newer.token, { by, purpose: 'signature' })).toEqual(accepted);
  });

  test('a name taken meanwhile is not overwritten', async () => {
    const [first, second] = [await sent(pdf), await sent(pdf)];
    await uploads.complete(one, first.token, { by });
    await expect(uploads.complete(one, second.token, { by })).rejects.toMatchObject({ code: 'already_exists' });
    await expect(sent(pdf)).rejects.toMatchObject({ code: 'already_exists' });
    expect(await keys()).toEqual([key]);
  });

  testNeeding(storage, 'conditionalCopy')('two uploads for one name, completed at once: one wins', async () => {
    const tickets = [await sent(pdf), await sent(pdf)];
    const done = await Promise.allSettled(tickets.map(({ token }) => uploads.complete(one, token, { by })));
    expect(done.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await keys()).toEqual([key]);
  });

  test('the same name in another organisation is another file', async () => {
    const { token } = await sent(pdf);
    await uploads.complete(one, token, { by });
    const theirs = await forms.beginUpload(eleven, place, { contentType: 'application/pdf', size: pdf.length }, { by });
    await follow(theirs, pdf);
    await uploads.complete(eleven, theirs.token, { by, purpose: 'form-upload' });
    expect(await keys()).toEqual([key, layout.formUpload(eleven, place)]);
  });
});

describe('a process that dies between two steps', () => {
  /** Lets so many calls to the store through, then the process is as good as dead: nothing leaves it any more. */
  function dieAfter(dying: TestingModule, calls: number): void {
    const client = dying.get<S3Client>(S3_CLIENT);
    const live = client.send.bind(client) as (...args: unknown[]) => Promise<unknown>;
    let left = calls;
    client.send = ((...args: unknown[]) =>
      left-- > 0 ? live(...args) : Promise.reject(new Error('dead'))) as typeof client.send;
  }

  test.each([0, 1, 2, 3, 4, 5, 6])('after %d calls: completing again converges', async (calls) => {
    const { token } = await sent(pdf);
    const dying = await start();
    dieAfter(dying, calls);
    await dying
      .get(DirectUploads)
      .complete(one, token, { by })
      .catch(() => {});
    await dying.close();
    for (const name of await keys()) expect(name === key || name.startsWith('incoming/1/')).toBe(true);
    const file = await uploads.complete(one, token, { by });
    expect(file).toMatchObject({ fileName: 'report.pdf', size: pdf.length });
    expect(await keys()).toEqual([key]);
  });
});

test('giving up removes what was sent, not what was completed', async () => {
  const first = await sent(pdf);
  await uploads.abandon(one, first.token, { by });
  expect(await keys()).toEqual([]);
  const second = await sent(pdf);
  await uploads.complete(one, second.token, { by });
  await uploads.abandon(one, second.token, { by });
  expect(await keys()).toEqual([key]);
});

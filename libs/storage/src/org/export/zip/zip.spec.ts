import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { testWith } from '../../../../test/needs.js';
import { isLong, runs } from '../../../../test/long.js';
import { ZipReader } from './zip-reader.js';
import { ZipWriter } from './zip-writer.js';

const root = mkdtempSync(join(tmpdir(), 'zip-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let count = 0;
const next = () => join(root, `${++count}.zip`);
const systemTest = testWith('unzip', () => spawnSync('unzip', ['-v']).status === 0);

async function* once(bytes: Uint8Array) {
  yield bytes;
}

async function written(files: Iterable<[name: string, bytes: Buffer]>, at?: Date): Promise<string> {
  const path = next();
  const zip = await ZipWriter.create(path);
  for (const [name, bytes] of files) await zip.add({ name, size: bytes.length, ...(at && { at }) }, once(bytes));
  await zip.finish();
  await zip.close();
  return path;
}

async function readAll(path: string): Promise<[string, string][]> {
  const zip = await ZipReader.open(path);
  const files: [string, string][] = [];
  try {
    for (const name of zip.names()) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of (await zip.read(name))!.body) chunks.push(chunk);
      files.push([name, Buffer.concat(chunks).toString('base64')]);
    }
    return files;
  } finally {
    await zip.close();
  }
}

const tested = (path: string) => spawnSync('unzip', ['-tq', path], { encoding: 'utf8' });

test('what was written is read again, whatever the names and bytes', async () => {
  const file = fc.tuple(fc.string({ unit: 'grapheme', minLength: 1 }), fc.uint8Array({ maxLength: 300 }));
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(file, { selector: ([name]) => name, maxLength: 8 }), async (files) => {
      const given = files.map(([name, bytes]) => [`f/${name}x`, Buffer.from(bytes)] as [string, Buffer]);
      expect(await readAll(await written(given))).toEqual(
        given.map(([name, bytes]) => [name, bytes.toString('base64')]),
      );
    }),
    { numRuns: 30 },
  );
});

systemTest('the system’s own unzip finds every file as it was, with its time', async () => {
  const path = await written(
    [
      ['files/ä.txt', Buffer.from('one')],
      ['files/leer', Buffer.alloc(0)],
    ],
    new Date('2026-03-04T05:06:07Z'),
  );
  expect(tested(path)).toMatchObject({ status: 0 });
  execFileSync('unzip', ['-q', path, '-d', join(root, 'out')], { env: { ...process.env, LC_ALL: 'C.UTF-8' } });
  expect(readFileSync(join(root, 'out/files/ä.txt'), 'utf8')).toBe('one');
  expect(statSync(join(root, 'out/files/ä.txt')).mtime.toISOString()).toBe('2026-03-04T05:06:07.000Z');
});

systemTest(
  'so many files that their number has no room in 16 bits',
  async () => {
    const path = await written(
      (function* (): Generator<[string, Buffer]> {
        for (let i = 0; i < 66_000; i++) yield [`f/${i}`, Buffer.from('x')];
      })(),
    );
    expect(tested(path)).toMatchObject({ status: 0 });
    const zip = await ZipReader.open(path);
    expect([...zip.names()]).toHaveLength(66_000);
    await zip.close();
  },
  60_000,
);

/** A file beyond 4 GiB, and one whose place is beyond. */
(isLong ? systemTest : test.skip)(
  'more than 4 GiB, which the system’s own unzip opens',
  async () => {
    const path = next();
    const zip = await ZipWriter.create(path);
    const chunk = Buffer.alloc(16 * 1024 * 1024, 'abcdefg');
    const chunks = 257;
    async function* bytes() {
      for (let i = 0; i < chunks; i++) yield chunk;
    }
    await zip.add({ name: 'files/large', size: chunk.length * chunks }, bytes());
    await zip.add({ name: 'files/behind', size: 3 }, once(Buffer.from('end')));
    await zip.finish();
    await zip.close();
    expect(tested(path)).toMatchObject({ status: 0 });
    const read = await ZipReader.open(path);
    const hash = createHash('sha256');
    for await (const part of (await read.read('files/behind'))!.body) hash.update(part);
    expect((await read.read('files/large'))!.size).toBe(chunk.length * chunks);
    expect(hash.digest('hex')).toBe(createHash('sha256').update('end').digest('hex'));
    await read.close();
    rmSync(path);
  },
  300_000,
);

test('bytes that are not as many as was said are no file of an archive', async () => {
  const path = next();
  const zip = await ZipWriter.create(path);
  await expect(zip.add({ name: 'a', size: 2 }, once(Buffer.from('one')))).rejects.toThrow(/another size/);
  await zip.close();
  await expect(ZipWriter.create(path)).rejects.toMatchObject({ code: 'EEXIST' });
});

const refused = expect.objectContaining({ code: 'invalid_request' });

test('an archive that is cut anywhere, or has bytes altered, ends in no other way than a refusal', async () => {
  const whole = readFileSync(
    await written([
      ['files/a', Buffer.from('one')],
      ['files/b', Buffer.from('two')],
    ]),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cuts) => {
      const path = next();
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      writeFileSync(path, cuts ? whole.subarray(0, at) : bytes);
      const files = await readAll(path).catch(({ code }: { code: string }) => code);
      expect(files === 'invalid_request' || (!cuts && Array.isArray(files))).toBe(true);
    }),
    { numRuns: runs(100, 3_000) },
  );
});

test('however many files are read, nothing listens to the archive any more', async () => {
  const path = await written(['a', 'b', 'c'].map((name) => [name, Buffer.from(name)] as [string, Buffer]));
  const zip = await ZipReader.open(path);
  for (const name of zip.names()) for await (const _chunk of (await zip.read(name))!.body);
  const { archive } = zip as unknown as { archive: EventEmitter };
  expect(archive.eventNames()).toEqual([]);
  await zip.close();
});

test('a compressed archive is refused with what to do', async () => {
  const path = await written([['files/a', Buffer.from('one')]]);
  const bytes = readFileSync(path);
  bytes.writeUInt16LE(8, bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 10);
  writeFileSync(path, bytes);
  await expect(ZipReader.open(path)).rejects.toMatchObject({ message: expect.stringMatching(/unpack it/) });
});

test.each<[string, (bytes: Buffer, central: number) => void]>([
  [
    'has the bytes of one file under two names',
    (bytes, central) => bytes.writeUInt32LE(0, bytes.indexOf('PK\x01\x02', central + 1) + 42),
  ],
  ['has more files than it says', (bytes) => bytes.writeUInt16LE(1, bytes.length - 22 + 10)],
  [
    'has another name in front of a file than in its directory',
    (bytes) => bytes.write('files/z', bytes.indexOf('files/b')),
  ],
])('an archive that %s is refused', async (_what, alter) => {
  const path = await written(['files/a', 'files/b'].map((name) => [name, Buffer.from('same')] as [string, Buffer]));
  const bytes = readFileSync(path);
  alter(bytes, bytes.indexOf('PK\x01\x02'));
  writeFileSync(path, bytes);
  await expect(readAll(path)).rejects.toEqual(refused);
});

test('what is said of a name that an archive has says nothing to a terminal', async () => {
  const path = await written([['files/\u001b[2J\u009bx\nWhole: 4 files\u202e', Buffer.from('one')]]);
  const bytes = readFileSync(path);
  bytes.writeUInt16LE(8, bytes.indexOf('PK\x01\x02') + 10);
  writeFileSync(path, bytes);
  const { message } = (await ZipReader.open(path).catch((error: Error) => error)) as Error;
  expect(message).toMatch(/^files\/\\u\{001b\}\[2J\\u\{009b\}x\\u\{000a\}Whole: 4 files\\u\{202e\} is compressed/);
});

test('a file of zeros is no archive', async () => {
  const path = next();
  const file = openSync(path, 'w');
  ftruncateSync(file, 100_000);
  closeSync(file);
  await expect(ZipReader.open(path)).rejects.toEqual(refused);
});

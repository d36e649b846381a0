import { jest } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { eicar, eicarScanner } from './eicar.js';
import { parseOrgId } from '../keys/org-id.js';
import { clamd, type ClamdOptions } from './clamd.js';
import { fakeClamd, inPieces, type Behaviour, type FakeClamd } from '../../test/stand-ins/fake-clamd.js';

const running: FakeClamd[] = [];
afterEach(async () => {
  for (const daemon of running.splice(0)) await daemon.close();
});

async function scannerOf(behave: Behaviour, options: ClamdOptions = {}, version?: string) {
  const daemon = await fakeClamd(behave, version);
  running.push(daemon);
  return { daemon, scanner: clamd({ port: daemon.port, ...options }) };
}

const bytes = Buffer.alloc(300_000, 'scan me ');
async function scan(scanner: ReturnType<typeof clamd>, file = bytes) {
  const look = await scanner.begin();
  for (let at = 0; at < file.length; at += 65_536) await look.write(file.subarray(at, at + 65_536));
  return look.verdict();
}
const answers =
  (text: string): Behaviour =>
  async ({ whole, socket }) => {
    await whole;
    socket.end(text);
  };
const shortly = { timeouts: { idle: 50, answer: 50 } };

test('a clean file is clean, by whom and with which database, and every byte was shown once', async () => {
  const { daemon, scanner } = await scannerOf(answers('stream: OK\0'));
  const at = expect.any(Date) as Date;
  expect(await scan(scanner)).toEqual({ kind: 'clean', engine: 'clamav/1.4.3', database: '27800', at });
  expect(daemon.seen).toEqual([bytes]);
  expect(await scanner.state()).toEqual({ engine: 'clamav/1.4.3', database: '27800' });
});

test('what is found is named', async () => {
  const { scanner } = await scannerOf(answers('stream: Win.Test.EICAR_HDB-1 FOUND\0'));
  expect(await scan(scanner)).toMatchObject({ kind: 'malware', signature: 'Win.Test.EICAR_HDB-1' });
});

test('an answer in pieces is one answer', async () => {
  const { scanner } = await scannerOf(async ({ whole, socket }) => {
    await whole;
    await inPieces(socket, 'stream: OK\0');
  });
  expect(await scan(scanner)).toMatchObject({ kind: 'clean' });
});

const never: Behaviour = () => {};
test.each<[string, Behaviour]>([
  ['silence', never],
  ['the end without a word', async ({ whole, socket }) => (await whole, socket.end())],
  ['a cut', async ({ begun, socket }) => (await begun, socket.resetAndDestroy())],
  ['half an answer', answers('stream: O')],
  ['an answer without its end', answers('stream: OK')],
  ['garbage', answers('\u0007\u0000stream: OK\0')],
  ['nothing at all', answers('\0')],
  ['an error of its own', answers('stream: Can not allocate memory ERROR\0')],
  ['a full disk', answers('INSTREAM: Can not write to temporary file. ERROR\0')],
  ['another word before it', answers('xstream: OK\0')],
  ['a name without one', answers('stream:  FOUND\0')],
  ['two answers', answers('stream: OK FOUND OK\0')],
  ['a limit that it met', answers('stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0')],
  ['a reply without end', async ({ socket }) => inPieces(socket, 'x'.repeat(5000))],
])('%s is never clean', async (_what, behave) => {
  const { daemon, scanner } = await scannerOf(behave, behave === never ? shortly : {});
  const bigger = Buffer.alloc(3_000_000, 7);
  await expect(scan(scanner, bigger)).rejects.toMatchObject({ code: 'scan_unavailable' });
  await expect(scan(scanner, bigger)).rejects.toMatchObject({ code: 'scan_unavailable' });
  // Nothing is left running: this would not end.
  while (daemon.open() > 0) await turn();
});

test('a sender that pauses is not cut off', async () => {
  const { scanner } = await scannerOf(answers('stream: OK\0'));
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'Date'] });
  try {
    const look = await scanner.begin();
    await look.write(bytes);
    // More than goes at once.
    for (let i = 0; i < 5; i += 1) await look.write(Buffer.alloc(1_000_000));
    jest.advanceTimersByTime(3_600_000);
    await look.write(bytes);
    expect(await look.verdict()).toMatchObject({ kind: 'clean' });
  } finally {
    jest.useRealTimers();
  }
});

test('clean before the last byte is never clean', async () => {
  const { daemon, scanner } = await scannerOf(async ({ begun, socket }) => {
    await begun;
    socket.write('stream: OK\0');
  });
  const look = await scanner.begin();
  await look.write(bytes);
  while (daemon.open() > 0) await turn();
  await look.write(bytes);
  await expect(look.verdict()).rejects.toMatchObject({ code: 'scan_unavailable' });
});

test('a size limit is told by its own words, though the write fails first', async () => {
  const { scanner } = await scannerOf(async ({ begun, socket }) => {
    await begun;
    socket.end('INSTREAM size limit exceeded. ERROR\0');
  });
  await expect(scan(scanner, Buffer.alloc(8_000_000))).rejects.toThrow(/INSTREAM size limit exceeded/);
});

test('nobody there, or somebody else, is never clean', async () => {
  const gone = await fakeClamd(never);
  await gone.close();
  await expect(scan(clamd({ port: gone.port }))).rejects.toMatchObject({ code: 'scan_unavailable' });
  await expect(scan(clamd({ socket: '/nowhere/clamd.sock' }))).rejects.toThrow(/ENOENT/);
  const { scanner } = await scannerOf(answers('stream: OK\0'), {}, 'HTTP/1.1 400 Bad Request');
  await expect(scan(scanner)).rejects.toThrow(/did not say its version/);
});

test('a daemon without a database says so by having none', async () => {
  const { scanner } = await scannerOf(answers('stream: OK\0'), {}, 'ClamAV 1.4.3');
  expect(await scanner.state()).toEqual({ engine: 'clamav/1.4.3' });
});

test('no more scans at once than allowed: others wait, within a bound, and a place comes back however a scan ends', async () => {
  let go = () => {};
  const gate = new Promise<void>((resolve) => (go = resolve));
  const { scanner } = await scannerOf(
    async ({ whole, socket }) => {
      await whole;
      await gate;
      socket.end('stream: OK\0');
    },
    { scansAtOnce: 2, timeouts: { place: 50 } },
  );
  const [one, eleven] = [parseOrgId('1'), parseOrgId('11')];
  const first = await scanner.begin(one);
  // Half of them at most is one organisation's.
  await expect(scanner.begin(one)).rejects.toThrow(/too many scans at once/);
  const second = await scanner.begin(eleven);
  await expect(scanner.begin(eleven)).rejects.toThrow(/too many scans at once/);
  first.abort();
  const third = await scanner.begin(one);
  second.abort();
  third.abort();
  go();
  expect(await scan(scanner)).toMatchObject({ kind: 'clean' });
});

describe('the scanner that knows EICAR alone', () => {
  const look = async (...chunks: (string | Buffer)[]) => {
    const scan = await eicarScanner().begin();
    for (const chunk of chunks) await scan.write(Buffer.from(chunk));
    return (await scan.verdict()).kind;
  };

  test('finds it anywhere, also over the edges of chunks, and nothing else', async () => {
    expect(await look('x', eicar, 'y')).toBe('malware');
    expect(await look(...Array.from(`before ${eicar} behind`))).toBe('malware');
    expect(await look(eicar.slice(0, -1), 'x')).toBe('clean');
    expect(await look()).toBe('clean');
  });
});

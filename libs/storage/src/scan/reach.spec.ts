import { buffer } from 'node:stream/consumers';
import { execFileSync } from 'node:child_process';
import { fakeClamd } from '../../test/stand-ins/fake-clamd.js';
import { runs } from '../../test/long.js';
import { describeWithClamd, enough, realClamd } from '../../test/stand-ins/real-clamd.js';
import { maxFileBytes } from '../storage.policy.js';
import { clamd } from './clamd.js';
import { eicar, eicarScanner } from './eicar.js';
import { lateEicar, reachOf, reachText, requireReach } from './reach.js';

test('an archive is as long as it was asked to be, and whole', async () => {
  for (const size of [300, 3_000_001]) expect(await buffer(lateEicar(size))).toHaveLength(size);
  const bytes = await buffer(lateEicar(1_100_000));
  const read = `import io, sys, zipfile
z = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
print(z.testzip(), [(i.filename, i.compress_type) for i in z.infolist()], z.read('eicar.com').decode())`;
  const out = execFileSync('python3', ['-c', read], { input: bytes }).toString();
  expect(out).toBe(`None [('filler.txt', 0), ('eicar.com', 0)] ${eicar}\n`);
});

test('a scanner that looks at the whole file reaches; the limits that are enough are named for its size', async () => {
  expect(await reachOf(eicarScanner(), 1_000_000)).toMatchObject({ found: true });
  expect((await reachOf(eicarScanner(), 1000)).settings[0]).toBe('StreamMaxLength 50M');
  expect(reachText('x', { bytes: maxFileBytes, found: false, settings: ['StreamMaxLength 300M'] })).toMatch(/clean/);
});

test('one that calls it clean, or says nothing, does not; both are told', async () => {
  const daemon = await fakeClamd(async ({ whole, socket }) => (await whole, socket.end('stream: OK\0')));
  const scanner = clamd({ port: daemon.port });
  await expect(requireReach(scanner, 1_000)).rejects.toMatchObject({
    code: 'misconfigured',
    message: expect.stringMatching(/called it clean.*StreamMaxLength 50M, MaxScanSize 100M, MaxFileSize 50M/),
  });
  await daemon.close();
  await expect(requireReach(scanner, 1_000)).rejects.toThrow(/ECONNREFUSED/);
});

describeWithClamd('a real clamd', () => {
  const size = runs(9_000_000, maxFileBytes);
  const small = `${Math.floor(size / 2)}`;
  test.each<[string, object, boolean]>([
    ['settings that are enough', enough, true],
    ['a short StreamMaxLength', { ...enough, StreamMaxLength: small }, false],
    ['a short MaxFileSize', { ...enough, MaxFileSize: small, AlertExceedsMax: 'no' }, false],
    ['a short MaxScanSize', { ...enough, MaxScanSize: small, AlertExceedsMax: 'no' }, false],
    ['a short MaxFileSize that is told', { ...enough, MaxFileSize: small }, false],
  ])('with %s', async (_what, settings, found) => {
    const daemon = await realClamd(settings);
    try {
      expect(await reachOf(clamd({ port: daemon.port }), size)).toMatchObject({ bytes: size, found });
    } finally {
      await daemon.close();
    }
  });
});

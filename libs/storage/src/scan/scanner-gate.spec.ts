import { eleven, one, startFiles } from '../../test/file-kits/gates.kit.js';
import { fakeClamd, type Behaviour, type FakeClamd } from '../../test/stand-ins/fake-clamd.js';
import { place, send, ways as allWays } from '../../test/file-kits/scan.kit.js';
import { testNeeding } from '../../test/needs.js';
import { formUpload } from '../kinds/form-upload.js';
import { clamd, type ClamdOptions } from './clamd.js';
import { eicar, eicarScanner } from './eicar.js';
import { scannerGate } from './scanner-gate.js';

const { storage, start, close } = await startFiles();
const key = 'uploads/forms/7/field_3/a.txt';
const clean = Buffer.from('Blood pressure: 120/80\n');
const bad = Buffer.from(`Blood pressure: ${eicar}\n`);
const large = Buffer.concat([Buffer.alloc(6 * 1024 * 1024, 'page after page\n'), Buffer.from(`${eicar}\n`)]);

const daemons: FakeClamd[] = [];
afterEach(() => storage.empty());
afterAll(async () => {
  for (const daemon of daemons) await daemon.close();
  await close();
});

async function withDaemon(behave: Behaviour) {
  const daemon = await fakeClamd(behave);
  daemons.push(daemon);
  let scanner = clamd({ port: daemon.port });
  const gate = scannerGate({ name: 'clamav', begin: (org) => scanner.begin(org), state: () => scanner.state() });
  const patience = (timeouts: ClamdOptions['timeouts']) => (scanner = clamd({ port: daemon.port, timeouts }));
  return { daemon, patience, ...(await start(gate)) };
}

const ways = allWays.filter((way) => way !== 'POST' || storage.capabilities.postPolicy);

const finals = async () => (await storage.contents()).keys.filter((name) => !name.startsWith('incoming/'));

describe.each(ways)('%s', (way) => {
  test('a clean file is stored, and says by whom it was scanned; another organisation meets neither', async () => {
    const started = await start(scannerGate(eicarScanner()));
    const complete = await send(started, way, clean, eleven);
    const scannedBy = { engine: 'eicar-only', at: expect.any(Date) as Date };
    expect(await complete()).toMatchObject({ fileName: 'a.txt', size: clean.length, scannedBy });
    expect(await started.files.stat(formUpload, eleven, place)).toMatchObject({ scannedBy });
    await started.events.drain();
    expect(started.told.find(({ kind }) => kind === 'upload-completed')).toMatchObject({ org: eleven, scannedBy });
    expect(await finals()).toEqual([`11/${key}`]);
    await expect(started.files.stat(formUpload, one, place)).rejects.toMatchObject({ code: 'not_found' });
  });

  test.each([
    ['short', bad],
    ['in its last bytes', large],
  ])('malware (%s) is named, told, and leaves nothing, however often it is tried', async (_where, bytes) => {
    const started = await start(scannerGate(eicarScanner()));
    const complete = await send(started, way, bytes);
    await expect(complete()).rejects.toMatchObject({
      code: 'malware_found',
      message: expect.stringContaining('Eicar'),
    });
    await expect(complete()).rejects.toMatchObject({ code: way === 'streamed' ? 'malware_found' : 'not_found' });
    expect(started.told.find(({ kind }) => kind === 'upload-refused')).toMatchObject({
      code: 'malware_found',
      signature: 'Eicar-Test-Signature',
    });
    expect(await storage.contents()).toEqual({ keys: [], openUploads: [] });
  });

  test('a daemon that gives no certain answer loses nothing: the same upload succeeds once it does', async () => {
    let now: Behaviour = () => {};
    const uncertain: Behaviour[] = [
      ({ socket }) => socket.resetAndDestroy(),
      async ({ whole, socket }) => (await whole, socket.end('stream: O')),
      async ({ whole, socket }) => (await whole, socket.end('\u0007\u0000stream: OK\0')),
      async ({ whole, socket }) => (await whole, socket.end('INSTREAM size limit exceeded. ERROR\0')),
    ];
    const started = await withDaemon((stream) => now(stream));
    const complete = await send(started, way, clean);
    const unsure = async () => {
      await expect(complete()).rejects.toMatchObject({ code: 'scan_unavailable', retryAfterSeconds: 5 });
      expect(await finals()).toEqual([]);
    };
    for (now of uncertain) await unsure();
    // Too late.
    now = async ({ whole, socket }) => (await whole, setTimeout(() => socket.end('stream: OK\0'), 1_000).unref());
    started.patience({ answer: 40 });
    await unsure();
    now = async ({ whole, socket }) => (await whole, socket.end('stream: OK\0'));
    started.patience({});
    expect(await complete()).toMatchObject({ scannedBy: { engine: 'clamav/1.4.3', database: '27800' } });
    expect(await finals()).toEqual([`1/${key}`]);
    expect(started.daemon.seen.at(-1)).toEqual(clean);
  });
});

test('ten completions at once are one scan', async () => {
  const started = await withDaemon(async ({ whole, socket }) => {
    await whole;
    socket.end('stream: OK\0');
  });
  const complete = await send(started, 'PUT', clean);
  const files = await Promise.all(Array.from({ length: 10 }, complete));
  for (const file of files) expect(file).toEqual(files[0]);
  expect(started.daemon.seen).toEqual([clean]);
});

testNeeding(storage, 'conditionalCopySource')(
  'bytes that are exchanged while they are scanned are not put in place',
  async () => {
    const started = await withDaemon(async ({ whole, socket }) => {
      await whole;
      const { keys } = await storage.contents();
      const [incoming = ''] = keys.filter((name) => name.startsWith('incoming/'));
      const { PutObjectCommand } = await import('@aws-sdk/client-s3');
      await storage.raw.send(new PutObjectCommand({ Bucket: storage.bucket, Key: incoming, Body: bad }));
      socket.end('stream: OK\0');
    });
    const complete = await send(started, 'PUT', clean);
    await expect(complete()).rejects.toMatchObject({ code: 'conflict' });
    expect(await finals()).toEqual([]);
  },
);

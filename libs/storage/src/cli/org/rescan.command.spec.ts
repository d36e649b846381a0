import { command, envOf } from '../../../test/command.kit.js';
import { fakeClamd, type FakeClamd } from '../../../test/stand-ins/fake-clamd.js';
import { eleven, one, startFiles } from '../../../test/file-kits/gates.kit.js';
import { formUpload } from '../../kinds/form-upload.js';
import { eicarScanner } from '../../scan/eicar.js';
import { scannerGate } from '../../scan/scanner-gate.js';

const { storage, start, close } = await startFiles({ embeddedOnly: true });
const before = await start();
const gated = await start(scannerGate(eicarScanner()));
let daemon: FakeClamd;

/** Knows today what nobody knew when the files came in. */
beforeAll(async () => {
  daemon = await fakeClamd(async ({ whole, socket }) => {
    const text = (await whole).toString();
    if (text.includes('mute')) socket.destroy();
    else socket.end(`stream: ${text.includes('worm') ? 'Worm FOUND' : 'OK'}\0`);
  });
});
afterEach(() => storage.empty());
afterAll(async () => {
  await daemon.close();
  await close();
});

const run = (...more: string[]) =>
  command(['rescan', '--org', '1', '--clamd', `127.0.0.1:${daemon.port}`, ...more], {
    env: envOf(storage),
  });
const place = (fileName: string) => ({ formId: '7', customFieldId: '3', fileName });
const upload = ({ files }: typeof before, org: typeof one, fileName: string, text: string) =>
  files.upload(formUpload, org, place(fileName), { bytes: Buffer.from(text), contentType: 'text/plain' });

test('what is found is told, and nothing of another organisation is looked at', async () => {
  await upload(before, one, 'a.txt', 'well');
  await upload(before, one, 'b.txt', 'a worm');
  await upload(before, eleven, 'c.txt', 'a worm too');
  const { status, out } = await run();
  expect(status).toBe(1);
  expect(out).toMatch(/FOUND 1\/uploads\/forms\/7\/field_3\/b\.txt: Worm/);
  expect(out).toMatch(/1 clean, 1 with malware, 0 not looked at/);
  expect(daemon.seen.map(String)).not.toContain('a worm too');
  expect(await before.files.stat(formUpload, one, place('b.txt'))).toMatchObject({ size: 6 });
});

test('quarantine takes it out of reads and lists, with its bytes and names; then nothing is found', async () => {
  await upload(before, one, 'b.txt', 'a worm');
  const url = await before.files.presignDownload(formUpload, one, place('b.txt'));
  expect((await run('--quarantine')).status).toBe(1);
  await expect(before.files.stat(formUpload, one, place('b.txt'))).rejects.toMatchObject({ code: 'not_found' });
  expect((await fetch(url.url)).status).toBe(404);
  expect((await before.files.list(formUpload, one, { formId: '7', customFieldId: '3' })).items).toEqual([]);
  expect((await storage.contents()).keys).toEqual([
    expect.stringMatching(/^1\/custom\/quarantine\/\d+\/uploads\/forms\/7\/field_3\/b\.txt$/),
  ]);
  expect(await run()).toMatchObject({ status: 0 });
});

test('what cannot be looked at is no pass', async () => {
  await upload(before, one, 'a.txt', 'mute');
  const { status, out } = await run('--quarantine', '--json');
  expect(status).toBe(2);
  expect(JSON.parse(out)).toMatchObject({ counts: { unknown: 1 }, files: [{ verdict: 'unknown' }] });
  expect((await storage.contents()).keys).toEqual(['1/uploads/forms/7/field_3/a.txt']);
});

test('what was scanned lately is left out where that was asked for; what never was is not', async () => {
  await upload(gated, one, 'a.txt', 'a worm that was scanned');
  await upload(before, one, 'b.txt', 'a worm that was not');
  const { out } = await run('--older-than', '30d');
  expect(out).toMatch(/b\.txt: Worm[^]*0 clean, 1 with malware/);
  expect((await run('--older-than', '0d')).out).toMatch(/2 with malware/);
  expect(await run('--older-than', 'soon')).toMatchObject({ status: 2 });
});

test('doctor --clamd alone asks no store', async () => {
  // Nobody is there: a real one is asked in the tests of the reach.
  const gone = await fakeClamd(() => {});
  await gone.close();
  const { status, out } = await command(['doctor', '--clamd', `127.0.0.1:${gone.port}`]);
  expect(status).toBe(1);
  expect(out).toMatch(/MISSING.*StreamMaxLength 300M, MaxScanSize 600M, MaxFileSize 300M/);
  expect(await command(['doctor', '--clamd', 'not a place'])).toMatchObject({ status: 2 });
});

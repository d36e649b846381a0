import { eleven, one, startFiles } from '../../test/file-kits/gates.kit.js';
import { runs } from '../../test/long.js';
import { describeWithClamd, enough, realClamd, second, type RealClamd } from '../../test/stand-ins/real-clamd.js';
import { by, place, send, ways } from '../../test/file-kits/scan.kit.js';
import { formUpload } from '../kinds/form-upload.js';
import { ticketPartBytes } from '../storage.policy.js';
import { ooxml, zip } from '../testing/sample-bytes.js';
import { samples } from '../testing/samples.js';
import { clamd, type ClamdOptions } from './clamd.js';
import { eicar } from './eicar.js';
import { scannerGate } from './scanner-gate.js';

const MiB = 1024 * 1024;
const text = (size: number) => Buffer.alloc(size, 'page after page after page\n');
const key = 'uploads/forms/7/field_3/a.txt';
const docx = { fileName: 'a.docx', contentType: samples.docx.contentType };

/** A document as Word writes it, with one picture more. */
function infectedDocument(): Buffer {
  const contentTypes = `<Types><Override PartName="/word/document.xml" ContentType="${docx.contentType}.main+xml"/></Types>`;
  const parts = { '[Content_Types].xml': contentTypes, '_rels/.rels': '<Relationships/>', 'word/document.xml': '<x/>' };
  return zip({ ...parts, 'word/media/image1.txt': eicar });
}

describeWithClamd('a real clamd', () => {
  let daemon: RealClamd;
  let kit: Awaited<ReturnType<typeof startFiles>>;
  let started: Awaited<ReturnType<(typeof kit)['start']>>;

  beforeAll(async () => {
    [daemon, kit] = await Promise.all([realClamd(), startFiles({ embeddedOnly: true })]);
    // Large files take their time on a busy machine; that a silent daemon is given up is the next part's.
    started = await kit.start(scannerGate(clamd({ port: daemon.port })));
  });
  afterEach(() => kit.storage.empty());
  afterAll(async () => {
    await daemon.close();
    await kit.close();
  });
  const stored = async () => (await kit.storage.contents()).keys;

  test('clean files of every kind are stored, by TCP and by socket, and say who scanned them', async () => {
    const bySocket = await kit.start(scannerGate(clamd({ socket: daemon.socket })));
    for (const [i, { fileName, contentType, bytes }] of Object.values(samples).entries()) {
      const at = { ...place, fileName };
      const { files } = i % 2 === 0 ? started : bySocket;
      const file = await files.upload(formUpload, one, at, { bytes, contentType }, { by });
      expect(file.scannedBy?.engine).toMatch(/^clamav\/\d+\.\d+/);
      expect(await files.stat(formUpload, one, at)).toMatchObject({ scannedBy: file.scannedBy });
    }
    expect(await stored()).toHaveLength(Object.keys(samples).length);
    await expect(started.files.stat(formUpload, eleven, place)).rejects.toMatchObject({ code: 'not_found' });
  });

  describe.each(ways)('%s', (way) => {
    // In the short run only what is told apart by size is large.
    const large = text(runs(way === 'streamed' || way === 'multipart' ? 9 : 1, 250) * MiB);
    large.write(eicar, large.length - eicar.length);
    test.each<[string, Buffer, string, { fileName: string; contentType: string } | undefined]>([
      ['EICAR alone', Buffer.from(eicar), 'Eicar-Test-Signature', undefined],
      ['the other signature', second, 'Second-Test-Signature', undefined],
      ['EICAR in a document', infectedDocument(), 'Eicar-Test-Signature', docx],
      ['EICAR at the end of a large file', large, 'Eicar-Test-Signature', undefined],
    ])('%s is found and leaves nothing', async (_what, bytes, signature, names) => {
      const complete = await send(started, way, bytes, one, names);
      await expect(complete()).rejects.toMatchObject({ code: 'malware_found', signature: `${signature}.UNOFFICIAL` });
      expect(await kit.storage.contents()).toEqual({ keys: [], openUploads: [] });
    });
  });

  test('EICAR that lies on the border of two parts is found', async () => {
    const bytes = text(ticketPartBytes + MiB);
    bytes.write(eicar, ticketPartBytes - 30);
    const complete = await send(started, 'multipart', bytes);
    await expect(complete()).rejects.toMatchObject({ code: 'malware_found' });
    expect(await stored()).toEqual([]);
  });

  test('a document that is only a document passes', async () => {
    const bytes = ooxml('word/document.xml', docx.contentType);
    const complete = await send(started, 'POST', bytes, one, docx);
    expect(await complete()).toMatchObject({ size: bytes.length });
  });

  test('a stream that it is given while others end is its own', async () => {
    const files = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const bytes = i % 3 === 0 ? Buffer.concat([text(200_000 + i), Buffer.from(eicar)]) : text(200_000 + i);
        const complete = await send(started, 'streamed', bytes, i % 2 ? one : eleven, {
          fileName: `${i}.txt`,
          contentType: 'text/plain',
        });
        return complete().then(
          () => 'stored',
          (error: { code: string }) => error.code,
        );
      }),
    );
    expect(files).toEqual(files.map((_, i) => (i % 3 === 0 ? 'malware_found' : 'stored')));
  });

  describe.each(ways.slice(0, runs(2, 4)))('in trouble, %s', (way) => {
    const clean = text(2 * MiB);
    let isWell = true;
    const mend = async () => {
      await daemon.kill();
      await daemon.start(enough);
      isWell = true;
    };
    afterEach(async () => {
      if (!isWell) await mend();
    });

    test.each<[string, () => unknown, ClamdOptions['timeouts']]>([
      ['killed', () => daemon.kill(), {}],
      ['paused', () => daemon.signal('SIGSTOP'), { answer: 50 }],
      ['too small a StreamMaxLength', async () => (await daemon.kill(), daemon.start({ StreamMaxLength: '1M' })), {}],
      [
        'too small a MaxFileSize',
        async () => (await daemon.kill(), daemon.start({ ...enough, MaxFileSize: '1M' })),
        {},
      ],
    ])('%s: unavailable, nothing lost, and the retry makes exactly one file', async (_what, trouble, timeouts) => {
      let scanner = clamd({ port: daemon.port, timeouts });
      const gate = scannerGate({ name: 'clamav', begin: (org) => scanner.begin(org), state: () => scanner.state() });
      const other = await kit.start(gate);
      const complete = await send(other, way, clean);
      isWell = false;
      await trouble();
      await expect(complete()).rejects.toMatchObject({ code: 'scan_unavailable' });
      expect((await stored()).filter((name) => !name.startsWith('incoming/'))).toEqual([]);
      await mend();
      scanner = clamd({ port: daemon.port });
      expect(await complete()).toMatchObject({ size: clean.length });
      expect(await stored()).toEqual([`1/${key}`]);
    });
  });

  test('a daemon that dies while bytes flow, and is there again', async () => {
    const scanner = clamd({ port: daemon.port });
    const look = await scanner.begin(one);
    await look.write(text(MiB));
    await daemon.kill();
    await look.write(text(8 * MiB));
    await expect(look.verdict()).rejects.toMatchObject({ code: 'scan_unavailable' });
    await daemon.start();
    const again = await scanner.begin(one);
    await again.write(text(MiB));
    expect(await again.verdict()).toMatchObject({ kind: 'clean' });
  });
});

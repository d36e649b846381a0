import { crc32, deflateSync } from 'node:zlib';

export const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
export const latin1 = (text: string) => Buffer.from(text, 'latin1');
export const join = (...parts: (Buffer | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? latin1(part) : part)));
const u16le = (value: number) => Buffer.from([value & 0xff, value >> 8]);
export const u32 = (value: number) => hex(value.toString(16).padStart(8, '0'));
export const u32le = (value: number) => u32(value).reverse();

export const pngChunk = (type: string, data: Buffer) =>
  join(u32(data.length), type, data, u32(crc32(join(type, data))));

/** One black pixel. */
export const png = join(
  hex('89504e470d0a1a0a'),
  pngChunk('IHDR', hex('00000001 00000001 08 00 00 00 00')),
  pngChunk('IDAT', deflateSync(hex('0000'))),
  pngChunk('IEND', Buffer.alloc(0)),
);

/** Eight by eight grey pixels: one table of each kind with one code, and one byte of picture. */
export const jpeg = join(
  hex('ffd8 ffe0 0010 4a46494600 0101 00 0001 0001 00 00 ffdb 0043 00'),
  Buffer.alloc(64, 1),
  hex('ffc0 000b 08 0008 0008 01 01 11 00'),
  hex('ffc4 0014 00 01').subarray(0, 6),
  Buffer.alloc(15),
  hex('00 ffc4 0014 10 01'),
  Buffer.alloc(15),
  hex('00 ffda 0008 01 01 00 00 3f 00 3f ffd9'),
);

export const gifScreen = hex('0100 0100 80 00 00 000000 ffffff');
export const gifPicture = hex('2c 0000 0000 0100 0100 00 02 02 4401 00 3b');
export const gif = join('GIF89a', gifScreen, gifPicture);

export const riff = (form: string, body: Buffer) => join('RIFF', u32le(body.length + 4), form, body);
export const webp = riff('WEBP', join('VP8L', u32le(13), hex('2f00000010071011118888fe0700')));
export const wav = riff(
  'WAVE',
  join('fmt ', hex('10000000 0100 0100 401f0000 803e0000 0200 1000'), 'data', u32le(16), Buffer.alloc(16)),
);

export const box = (type: string, ...body: (Buffer | string)[]) => join(u32(8 + join(...body).length), type, ...body);
export const ftyp = (major: string, ...compatible: string[]) => box('ftyp', major, u32(512), major, ...compatible);
export const track = (handler: 'vide' | 'soun') =>
  box(
    'moov',
    box('mvhd', Buffer.alloc(100)),
    box('trak', box('mdia', box('hdlr', Buffer.alloc(8), handler, Buffer.alloc(13)))),
  );
export const film = (...brands: [string, ...string[]]) =>
  join(ftyp(...brands), track('vide'), box('mdat', Buffer.alloc(16)));
export const sound = (...brands: [string, ...string[]]) =>
  join(ftyp(...brands), track('soun'), box('mdat', Buffer.alloc(16)));
export const still = (...brands: [string, ...string[]]) =>
  join(ftyp(...brands), box('meta', Buffer.alloc(4)), box('mdat'));

export const webm = hex(
  '1a45dfa3 9f 4286 81 01 42f7 81 01 42f2 81 04 42f3 81 08 4282 84 7765626d 4287 81 04 4285 81 02 18538067 80',
);
export const mp3Frame = join(hex('fffb9000'), Buffer.alloc(413));
export const aacFrame = join(hex('fff15080 029ffc'), hex('de020000 00000000 0000000000'));
export const flac = join('fLaC', hex('80000022 1000 1000 000000 000000 0ac442f0 00000000'), Buffer.alloc(16));
const oggPage = (packet: Buffer) =>
  join('OggS', hex('00 02'), Buffer.alloc(8), u32le(1), Buffer.alloc(8), Buffer.from([1, packet.length]), packet);
export const opus = oggPage(join('OpusHead', hex('01 01 3801 80bb0000 0000 00')));
export const vorbis = oggPage(join(hex('01'), 'vorbis', hex('00000000 01 44ac0000 00000000 00000000 00000000 b8 01')));

export const pdf = latin1(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n',
);

/** A zip whose entries are stored, in the order given. */
export function zip(entries: Record<string, string>): Buffer {
  const locals: Buffer[] = [];
  const central: Buffer[] = [];
  for (const [name, text] of Object.entries(entries)) {
    const sizes = join(u32le(crc32(text)), u32le(text.length), u32le(text.length), u16le(name.length), u16le(0));
    const offset = join(...locals).length;
    locals.push(join('PK\x03\x04', hex('1400 0000 0000 0000 2100'), sizes, name, text));
    central.push(
      join('PK\x01\x02', hex('1400 1400 0000 0000 0000 2100'), sizes, Buffer.alloc(10), u32le(offset), name),
    );
  }
  const [files, directory, count] = [join(...locals), join(...central), u16le(locals.length)];
  const end = join('PK\x05\x06', Buffer.alloc(4), count, count, u32le(directory.length), u32le(files.length), u16le(0));
  return join(files, directory, end);
}

export const office = 'application/vnd.openxmlformats-officedocument';
export function ooxml(part: string, type: string): Buffer {
  const contentTypes = `<Types><Override PartName="/${part}" ContentType="${type}.main+xml"/></Types>`;
  return zip({ '[Content_Types].xml': contentTypes, '_rels/.rels': '<Relationships/>', [part]: '<x/>' });
}
export const odf = (type: string) =>
  zip({ mimetype: type, 'content.xml': '<office/>', 'META-INF/manifest.xml': '<manifest/>' });

/** A compound file whose directory has these streams beside its root, `before` bytes behind the header. [MS-CFB] */
export function compoundFile({ root = '', names = [] as string[], before = 512 } = {}): Buffer {
  const header = Buffer.alloc(512, 0xff);
  hex(`d0cf11e0a1b11ae1 ${'00'.repeat(16)} 3e00 0300 feff 0900 0600 ${'00'.repeat(10)} 01000000`).copy(header);
  hex('01000000 00000000 00100000 feffffff 00000000 feffffff 00000000 00000000').copy(header, 48);
  header.writeUInt32LE(before / 512, 48);
  const allocation = join(hex('fdffffff feffffff'), Buffer.alloc(504, 0xff));
  const entry = (name: string, type: number) => {
    const bytes = Buffer.alloc(128);
    bytes.write(name, 'utf16le');
    bytes.writeUInt16LE(name.length * 2 + 2, 64);
    hex(`0${type} 01 ffffffff ffffffff ffffffff`).copy(bytes, 66);
    if (type === 5) hex(root).copy(bytes, 80);
    return bytes;
  };
  const entries = join(entry('Root Entry', 5), ...names.map((name) => entry(name, 2)));
  const empty = Buffer.alloc((512 - (entries.length % 512)) % 512);
  return join(header, allocation, Buffer.alloc(before - 512), entries, empty);
}

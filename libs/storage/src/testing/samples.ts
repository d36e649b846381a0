import { crc32, deflateSync } from 'node:zlib';

/** A small file made by code, with what an honest or a lying client would declare for it. */
export interface Sample {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const join = (...parts: (Buffer | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? latin1(part) : part)));
const u16le = (value: number) => Buffer.from([value & 0xff, value >> 8]);
const u32 = (value: number) => hex(value.toString(16).padStart(8, '0'));
const u32le = (value: number) => u32(value).reverse();

const pngChunk = (type: string, data: Buffer) => join(u32(data.length), type, data, u32(crc32(join(type, data))));

/** One black pixel. */
const png = join(
  hex('89504e470d0a1a0a'),
  pngChunk('IHDR', hex('00000001 00000001 08 00 00 00 00')),
  pngChunk('IDAT', deflateSync(hex('0000'))),
  pngChunk('IEND', Buffer.alloc(0)),
);

/** Eight by eight grey pixels: one table of each kind with one code, and one byte of picture. */
const jpeg = join(
  hex('ffd8 ffe0 0010 4a46494600 0101 00 0001 0001 00 00 ffdb 0043 00'),
  Buffer.alloc(64, 1),
  hex('ffc0 000b 08 0008 0008 01 01 11 00'),
  hex('ffc4 0014 00 01').subarray(0, 6),
  Buffer.alloc(15),
  hex('00 ffc4 0014 10 01'),
  Buffer.alloc(15),
  hex('00 ffda 0008 01 01 00 00 3f 00 3f ffd9'),
);

const gifScreen = hex('0100 0100 80 00 00 000000 ffffff');
const gifPicture = hex('2c 0000 0000 0100 0100 00 02 02 4401 00 3b');
const gif = join('GIF89a', gifScreen, gifPicture);

const riff = (form: string, body: Buffer) => join('RIFF', u32le(body.length + 4), form, body);
const webp = riff('WEBP', join('VP8L', u32le(13), hex('2f00000010071011118888fe0700')));
const wav = riff(
  'WAVE',
  join('fmt ', hex('10000000 0100 0100 401f0000 803e0000 0200 1000'), 'data', u32le(16), Buffer.alloc(16)),
);

const box = (type: string, ...body: (Buffer | string)[]) => join(u32(8 + join(...body).length), type, ...body);
const ftyp = (major: string, ...compatible: string[]) => box('ftyp', major, u32(512), major, ...compatible);
const track = (handler: 'vide' | 'soun') =>
  box(
    'moov',
    box('mvhd', Buffer.alloc(100)),
    box('trak', box('mdia', box('hdlr', Buffer.alloc(8), handler, Buffer.alloc(13)))),
  );
const film = (...brands: [string, ...string[]]) => join(ftyp(...brands), track('vide'), box('mdat', Buffer.alloc(16)));
const sound = (...brands: [string, ...string[]]) => join(ftyp(...brands), track('soun'), box('mdat', Buffer.alloc(16)));
const still = (...brands: [string, ...string[]]) => join(ftyp(...brands), box('meta', Buffer.alloc(4)), box('mdat'));

const webm = hex(
  '1a45dfa3 9f 4286 81 01 42f7 81 01 42f2 81 04 42f3 81 08 4282 84 7765626d 4287 81 04 4285 81 02 18538067 80',
);
const mp3Frame = join(hex('fffb9000'), Buffer.alloc(413));
const aacFrame = join(hex('fff15080 029ffc'), hex('de020000 00000000 0000000000'));
const flac = join('fLaC', hex('80000022 1000 1000 000000 000000 0ac442f0 00000000'), Buffer.alloc(16));
const oggPage = (packet: Buffer) =>
  join('OggS', hex('00 02'), Buffer.alloc(8), u32le(1), Buffer.alloc(8), Buffer.from([1, packet.length]), packet);
const opus = oggPage(join('OpusHead', hex('01 01 3801 80bb0000 0000 00')));
const vorbis = oggPage(join(hex('01'), 'vorbis', hex('00000000 01 44ac0000 00000000 00000000 00000000 b8 01')));

const pdf = latin1(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\ntrailer<</Root 1 0 R/Size 4>>\n%%EOF\n',
);

/** A zip whose entries are stored, in the order given. */
function zip(entries: Record<string, string>): Buffer {
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

const office = 'application/vnd.openxmlformats-officedocument';
function ooxml(part: string, type: string): Buffer {
  const contentTypes = `<Types><Override PartName="/${part}" ContentType="${type}.main+xml"/></Types>`;
  return zip({ '[Content_Types].xml': contentTypes, '_rels/.rels': '<Relationships/>', [part]: '<x/>' });
}
const odf = (type: string) =>
  zip({ mimetype: type, 'content.xml': '<office/>', 'META-INF/manifest.xml': '<manifest/>' });

/** A compound file of one empty directory. [MS-CFB] */
const compound = (() => {
  const header = Buffer.alloc(512, 0xff);
  hex(`d0cf11e0a1b11ae1 ${'00'.repeat(16)} 3e00 0300 feff 0900 0600 ${'00'.repeat(10)} 01000000`).copy(header);
  hex('01000000 00000000 00100000 feffffff 00000000 feffffff 00000000 00000000').copy(header, 48);
  const allocation = join(hex('fdffffff feffffff'), Buffer.alloc(504, 0xff));
  const root = Buffer.alloc(512);
  root.write('Root Entry', 'utf16le');
  hex('1600 05 01 ffffffff ffffffff ffffffff').copy(root, 64);
  return join(header, allocation, root);
})();

const words = { docx: `${office}.wordprocessingml.document`, odt: 'application/vnd.oasis.opendocument.text' };
const sheets = { xlsx: `${office}.spreadsheetml.sheet`, ods: 'application/vnd.oasis.opendocument.spreadsheet' };
const slides = `${office}.presentationml.presentation`;

const named = (fileName: string, contentType: string, bytes: Buffer | string): Sample => ({
  fileName,
  contentType,
  bytes: Buffer.from(bytes),
});

/** Every kind of file that is accepted, at least once: each passes as what it declares. */
export const samples = {
  jpg: named('knee.jpg', 'image/jpeg', jpeg),
  jpeg: named('knee.jpeg', 'image/jpeg', jpeg),
  png: named('scan.png', 'image/png', png),
  gif: named('gait.gif', 'image/gif', gif),
  webp: named('skin.webp', 'image/webp', webp),
  avif: named('skin.avif', 'image/avif', still('avif', 'mif1', 'miaf')),
  heic: named('IMG_0001.heic', 'image/heic', still('heic', 'mif1')),
  heif: named('IMG_0002.heif', 'image/heif', still('mif1', 'heic')),
  mp4: named('exercise.mp4', 'video/mp4', film('isom', 'mp42')),
  m4v: named('exercise.m4v', 'video/x-m4v', film('M4V ', 'mp42')),
  mov: named('IMG_0003.mov', 'video/quicktime', film('qt  ')),
  webm: named('call.webm', 'video/webm', webm),
  '3gp': named('old-phone.3gp', 'video/3gpp', film('3gp5', '3gp4')),
  mp3: named('note.mp3', 'audio/mpeg', join('ID3', hex('0400 00 0000000a'), Buffer.alloc(10), mp3Frame, mp3Frame)),
  mp3Frames: named('raw.mp3', 'audio/mpeg', join(mp3Frame, mp3Frame)),
  m4a: named('memo.m4a', 'audio/mp4', sound('M4A ', 'mp42')),
  wav: named('cough.wav', 'audio/wav', wav),
  ogg: named('cough.ogg', 'audio/ogg', vorbis),
  opus: named('cough.opus', 'audio/ogg', opus),
  aac: named('cough.aac', 'audio/aac', join(aacFrame, aacFrame)),
  weba: named('memo.weba', 'audio/webm', webm),
  flac: named('heart.flac', 'audio/flac', flac),
  pdf: named('letter.pdf', 'application/pdf', pdf),
  docx: named('letter.docx', words.docx, ooxml('word/document.xml', words.docx)),
  xlsx: named('diary.xlsx', sheets.xlsx, ooxml('xl/workbook.xml', sheets.xlsx)),
  pptx: named('talk.pptx', slides, ooxml('ppt/presentation.xml', slides)),
  odt: named('letter.odt', words.odt, odf(words.odt)),
  ods: named('diary.ods', sheets.ods, odf(sheets.ods)),
  doc: named('letter.doc', 'application/msword', compound),
  xls: named('diary.xls', 'application/vnd.ms-excel', compound),
  ppt: named('talk.ppt', 'application/vnd.ms-powerpoint', compound),
  txt: named('notes.txt', 'text/plain', 'Ștefan: 38,2 °C <38,5\n'),
  csv: named('diary.csv', 'text/csv', 'day;pain\n1;"7 < 8"\n'),
} satisfies Record<string, Sample>;

const html = '<!DOCTYPE html><html><script>alert(document.domain)</script></html>';
const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
const exe = join(
  'MZ',
  hex('9000 0300 0000 0400 0000 ffff 0000'),
  Buffer.alloc(48),
  'This program cannot be run in DOS mode.',
);

/** Files that must be refused, by their type or by their content. */
export const hostileSamples = {
  html: named('page.html', 'text/html', html),
  svg: named('logo.svg', 'image/svg+xml', svg),
  htmlAsPng: named('x.png', 'image/png', html),
  htmlAsText: named('x.txt', 'text/plain', html),
  htmlAsPdf: named('x.pdf', 'application/pdf', html),
  svgAsPng: named('logo.png', 'image/png', svg),
  svgAsText: named('logo.txt', 'text/plain', `<?xml version="1.0"?>${svg}`),
  pngWithHtml: named(
    'x.png',
    'image/png',
    join(png.subarray(0, 33), pngChunk('tEXt', latin1(`a\0${html}`)), png.subarray(33)),
  ),
  gifScript: named('x.gif', 'image/gif', 'GIF89a=1;alert(document.domain);/* picture */'),
  gifScriptComment: named('x.gif', 'image/gif', join('GIF89a/*', gifScreen.subarray(2), gifPicture, '*/=1;alert(1)')),
  csvWithNul: named('x.csv', 'text/csv', 'day;pain\n1;\0\n'),
  truncatedJpeg: named('x.jpg', 'image/jpeg', jpeg.subarray(0, -2)),
  truncatedPng: named('x.png', 'image/png', png.subarray(0, -12)),
  exe: named('setup.exe', 'application/x-msdownload', exe),
  exeAsDoc: named('x.doc', 'application/msword', exe),
  pdfAfterJunk: named('x.pdf', 'application/pdf', join('junk\n', pdf)),
  zip: named('x.zip', 'application/zip', zip({ 'x.exe': 'MZ' })),
  zipAsDocx: named('x.docx', words.docx, zip({ 'x.exe': 'MZ' })),
  xlsxAsDocx: named('x.docx', words.docx, ooxml('xl/workbook.xml', sheets.xlsx)),
  videoAsSound: named('x.m4a', 'audio/mp4', film('isom', 'mp42')),
  heicAsMp4: named('x.mp4', 'video/mp4', still('heic', 'mif1')),
} satisfies Record<string, Sample>;

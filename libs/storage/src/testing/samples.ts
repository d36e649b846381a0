import {
  hex,
  latin1,
  join,
  pngChunk,
  png,
  jpeg,
  gifScreen,
  gifPicture,
  gif,
  webp,
  wav,
  film,
  sound,
  still,
  webm,
  mp3Frame,
  aacFrame,
  flac,
  opus,
  vorbis,
  pdf,
  zip,
  office,
  ooxml,
  odf,
  compoundFile,
} from './sample-bytes.js';

/** A small file made by code, with what an honest or a lying client would declare for it. */
export interface Sample {
  readonly fileName: string;
  readonly contentType: string;
  readonly bytes: Buffer;
}

const words = { docx: `${office}.wordprocessingml.document`, odt: 'application/vnd.oasis.opendocument.text' };
const sheets = { xlsx: `${office}.spreadsheetml.sheet`, ods: 'application/vnd.oasis.opendocument.spreadsheet' };
const slides = `${office}.presentationml.presentation`;
const slideShow = 'application/vnd.oasis.opendocument.presentation';
/** One of 12.2 kbit/s, of silence. */
const amrFrame = join(hex('3c'), Buffer.alloc(31));

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
  amr: named('voice.amr', 'audio/amr', join('#!AMR\n', amrFrame, amrFrame)),
  flac: named('heart.flac', 'audio/flac', flac),
  pdf: named('letter.pdf', 'application/pdf', pdf),
  docx: named('letter.docx', words.docx, ooxml('word/document.xml', words.docx)),
  xlsx: named('diary.xlsx', sheets.xlsx, ooxml('xl/workbook.xml', sheets.xlsx)),
  pptx: named('talk.pptx', slides, ooxml('ppt/presentation.xml', slides)),
  odt: named('letter.odt', words.odt, odf(words.odt)),
  ods: named('diary.ods', sheets.ods, odf(sheets.ods)),
  odp: named('talk.odp', slideShow, odf(slideShow)),
  doc: named('letter.doc', 'application/msword', compoundFile({ names: ['WordDocument'] })),
  xls: named('diary.xls', 'application/vnd.ms-excel', compoundFile({ names: ['Workbook'] })),
  ppt: named('talk.ppt', 'application/vnd.ms-powerpoint', compoundFile({ names: ['PowerPoint Document'] })),
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
  pdfAfterScript: named('x.pdf', 'application/pdf', join('x=1/*\n', pdf, '*/')),
  pdfAfterArchive: named('x.pdf', 'application/pdf', join(zip({ 'x.exe': 'MZ' }), pdf)),
  zip: named('x.zip', 'application/zip', zip({ 'x.exe': 'MZ' })),
  zipAsDocx: named('x.docx', words.docx, zip({ 'x.exe': 'MZ' })),
  xlsxAsDocx: named('x.docx', words.docx, ooxml('xl/workbook.xml', sheets.xlsx)),
  videoAsSound: named('x.m4a', 'audio/mp4', film('isom', 'mp42')),
  heicAsMp4: named('x.mp4', 'video/mp4', still('heic', 'mif1')),
} satisfies Record<string, Sample>;

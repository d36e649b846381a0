import fc from 'fast-check';
import { crc32 } from 'node:zlib';
import * as make from '../src/testing/sample-bytes.js';
import { samples, type Sample } from '../src/testing/samples.js';

const { join, hex, box } = make;
const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
export const { latin1 } = make;
export const id3 = (length: number) =>
  join(
    'ID3',
    hex('0400 00'),
    Buffer.from([21, 14, 7, 0].map((shift) => (length >> shift) & 127)),
    Buffer.alloc(length),
  );
const junk = (maxLength: number) => fc.uint8Array({ maxLength, min: 1, max: 0x3b }).map((bytes) => Buffer.from(bytes));
const words = fc.string({
  unit: fc.constantFrom('é', 'a', ' ', '1', ';', 'ü', '日', '<5 ', '\n', '\t', '°'),
  maxLength: 300,
});
const brands = fc.constantFrom('isom', 'iso6', 'avc1', 'mp42', 'MSNV', 'dash', '3gp4', '3gp6', 'mp41');

/** A file that starts with these bytes goes on with what no check may mind. */
const longer = (bytes: Buffer) =>
  fc.oneof(
    fc.constant(bytes),
    fc.nat(6000).map((length) => join(bytes, Buffer.alloc(length + 4100))),
  );
const photo = samples.jpg.bytes;
const segment = (marker: number, body: Buffer) =>
  join(Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff]), body);
const withSegments = (...inserted: Buffer[]) => join(photo.subarray(0, 20), ...inserted, photo.subarray(20));
const gifOf = (width: number, height: number, comment: string) =>
  join(
    'GIF89a',
    Buffer.from([width & 255, width >> 8, height & 255, height >> 8]),
    samples.gif.bytes.subarray(10, 19),
    hex('21fe'),
    Buffer.from([comment.length]),
    comment,
    hex('00'),
    samples.gif.bytes.subarray(19),
  );
const pngChunk = (type: string, text: string) => {
  const body = latin1(text);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(join(type, body)));
  return join(make.u32(body.length), type, body, sum);
};
const letters = fc.string({ unit: fc.constantFrom(...'abc `"\'=;/*1'), minLength: 1, maxLength: 40 });
const encoded = (text: string) =>
  fc.constantFrom(
    Buffer.from(text),
    Buffer.from(`\ufeff${text}`),
    Buffer.from(`\ufeff${text}`, 'utf16le'),
    Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    latin1(text.replaceAll('日', '\xfc')),
  );
const parts = fc.uniqueArray(fc.integer({ min: 1, max: 2000 }), { maxLength: 60 });
const officeFile = (folder: string, main: string) =>
  parts.map((numbers) =>
    make.zip({
      '[Content_Types].xml': '<Types/>',
      '_rels/.rels': '<Relationships/>',
      [`${folder}/${main}.xml`]: '<x/>',
      ...Object.fromEntries(numbers.map((n) => [`${folder}/media/image${n}.png`, 'x'.repeat(n)])),
    }),
  );
const behind = fc.integer({ min: 1, max: 20 }).map((sectors) => sectors * 512);
const tags = fc.array(fc.integer({ min: 0, max: 12_000 }), { maxLength: 2 }).map((sizes) => join(...sizes.map(id3)));
const frame = make.mp3Frame;
const mov = ['moov', 'mdat', 'wide', 'free', 'skip'];

/** Variants by extension: what cameras, phones, browsers and offices really write. */
const variants: Record<string, [string, fc.Arbitrary<Buffer>]> = {
  jpg: ['image/jpeg', fc.oneof(
    fc.nat(4000).map((length) => withSegments(segment(0xe1, latin1(`Exif\0\0${'\0'.repeat(length)}`)))),
    letters.map((text) => withSegments(segment(0xed, latin1(`<?xml?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"><plist>${text}`)))),
    junk(300).map((bytes) => withSegments(bytes)),
    fc.tuple(fc.nat(30), junk(900)).map(([zeros, bytes]) => join(photo, Buffer.alloc(zeros), bytes)),
  ).chain((bytes) => fc.constantFrom(bytes, join(bytes.subarray(0, -2), Buffer.alloc(5000), hex('ffd9'))))],
  png: ['image/png', letters.map((text) => join(samples.png.bytes.subarray(0, 33), pngChunk('tEXt', `a\0${text}`), samples.png.bytes.subarray(33)))],
  gif: ['image/gif', fc.tuple(fc.integer({ min: 1, max: 4000 }), fc.integer({ min: 1, max: 4000 }), letters).map(([w, h, text]) => gifOf(w, h, text))],
  webp: ['image/webp', fc.constantFrom('VP8 ', 'VP8L', 'VP8X').chain((form) => longer(make.riff('WEBP', join(form, make.u32le(16), Buffer.alloc(16)))))],
  avif: ['image/avif', fc.constantFrom(make.still('avif', 'mif1'), make.still('mif1', 'avif'), make.still('avis', 'msf1'), join(box('ftyp', 'mif3avif'), box('mini', Buffer.alloc(30)))).chain(longer)],
  heic: ['image/heic', fc.constantFrom('heic', 'heix', 'mif1', 'msf1', 'hevc').chain((brand) => longer(make.still(brand, 'mif1', 'heic')))],
  mp4: ['video/mp4', fc.tuple(brands, brands).chain(([a, b]) => longer(make.film(a, b)))],
  mov: ['video/quicktime', fc.oneof(longer(make.film('qt  ')), fc.constantFrom(...mov).chain((type) => longer(join(box(type, Buffer.alloc(type === 'wide' ? 0 : 40)), make.track('vide')))))],
  '3gp': ['video/3gpp', fc.constantFrom('3gp4', '3gp5', '3gp6').chain((brand) => longer(make.film(brand, 'isom')))],
  m4a: ['audio/mp4', fc.tuple(fc.constantFrom('M4A ', 'isom', '3gp4', 'mp42', 'dash'), brands).chain(([a, b]) => longer(make.sound(a, b)))],
  mp3: ['audio/mpeg', fc.tuple(tags, fc.nat(2000), fc.integer({ min: 2, max: 12 })).map(([tag, zeros, count]) => join(tag, Buffer.alloc(zeros), ...Array.from({ length: count }, () => frame)))],
  aac: ['audio/aac', fc.tuple(tags, fc.integer({ min: 2, max: 300 })).map(([tag, count]) => join(tag, ...Array.from({ length: count }, () => make.aacFrame)))],
  flac: ['audio/flac', fc.tuple(tags, fc.nat(5000)).map(([tag, length]) => join(tag, make.flac, Buffer.alloc(length)))],
  wav: ['audio/wav', fc.oneof(longer(samples.wav.bytes), fc.constantFrom('RF64', 'BW64').chain((form) => longer(join(form, hex('ffffffff'), 'WAVEds64', make.u32le(28), Buffer.alloc(28), samples.wav.bytes.subarray(12)))))],
  ogg: ['audio/ogg', fc.constantFrom(samples.ogg.bytes, samples.opus.bytes).chain(longer)],
  webm: ['video/webm', longer(samples.webm.bytes)],
  amr: ['audio/amr', fc.tuple(fc.constantFrom('#!AMR\n', '#!AMR-WB\n'), fc.integer({ min: 2, max: 300 })).map(([start, count]) => join(start, ...Array.from({ length: count }, () => join(hex('3c'), Buffer.alloc(31)))))],
  pdf: ['application/pdf', fc.tuple(fc.constantFrom('', '\xef\xbb\xbf', '\r\n\r\n', '\x1b%-12345X@PJL SET RESOLUTION=600\n@PJL ENTER LANGUAGE=PDF\n', 'Some junk before it\n', '\0\0\0'), longer(samples.pdf.bytes)).map(([before, bytes]) => join(before, bytes))],
  docx: [word, fc.oneof(officeFile('word', 'document'), behind.map((before) => make.compoundFile({ names: ['EncryptedPackage', 'EncryptionInfo'], before })))],
  xlsx: [samples.xlsx.contentType, officeFile('xl', 'workbook')],
  pptx: [samples.pptx.contentType, officeFile('ppt', 'presentation')],
  odt: [samples.odt.contentType, parts.map((numbers) => make.zip({ mimetype: samples.odt.contentType, 'content.xml': '<office/>', 'Basic/script-lc.xml': '<x/>', ...Object.fromEntries(numbers.map((n) => [`Pictures/${n}.png`, 'x'.repeat(n)])) }))],
  doc: ['application/msword', behind.map((before) => make.compoundFile({ names: ['\x05SummaryInformation', 'WordDocument'], before }))],
  xls: ['application/vnd.ms-excel', fc.tuple(behind, fc.constantFrom('Workbook', 'Book')).map(([before, name]) => make.compoundFile({ names: [name], before }))],
  ppt: ['application/vnd.ms-powerpoint', behind.map((before) => make.compoundFile({ root: '108d81649b4fcf1186ea00aa00b929e8', names: ['PowerPoint Document'], before }))],
  txt: ['text/plain', words.filter((text) => /\S/.test(text)).chain(encoded)],
  csv: ['text/csv', words.filter((text) => /\S/.test(text)).chain((text) => encoded(`Name;Wert\n${text}`))],
}; // prettier-ignore

/** Files of every accepted kind, as honest programs write them. */
export const honestFiles: fc.Arbitrary<Sample> = fc.constantFrom(...Object.entries(variants)).chain(([extension, [contentType, bytes]]) =>
  bytes.map((bytes) => ({ fileName: `x.${extension}`, contentType, bytes })),
); // prettier-ignore

const payload = fc.constantFrom(
  '<script>alert(1)</script>', '<svg onload=alert(1)>', '<html><body onload=alert(1)>', '<!DOCTYPE html><p>', '<iframe src=//x>', '<!doctypehtml>',
  '=1;alert(1);/*', '/*', '*/=1;alert(1)//', '`;alert(1);function GIF89a(){}', '//', '\n=1/*', ':/*', '<!--', '-->', "='", '="', '<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>',
  'MZ', 'PK\x03\x04', '%PDF-1.4\n', '#!/bin/sh\n', '\xff\xfe<\0s\0c\0r\0i\0p\0t\0>\0', '\xfe\xff\0<\0h\0t\0m\0l\0>'); // prettier-ignore

/** What an attacker makes of such a file: pieces written over it, put into it, before or behind it, sizes changed, two files in one. */
export const hostileFiles: fc.Arbitrary<Sample> = fc
  .tuple(
    honestFiles,
    honestFiles,
    fc.array(
      fc.tuple(
        fc.constantFrom('over', 'into', 'before', 'after', 'join', 'wrap'),
        fc.oneof(fc.nat(20), fc.nat(4200)),
        fc.oneof(payload, letters),
      ),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([file, other, changes]) => {
    let bytes: Buffer = Buffer.from(file.bytes);
    for (const [change, place, text] of changes) {
      const at = Math.min(place, bytes.length);
      if (change === 'over') latin1(text).copy(bytes, at);
      else if (change === 'into') bytes = join(bytes.subarray(0, at), text, bytes.subarray(at));
      else if (change === 'before') bytes = join(text, bytes);
      else if (change === 'after') bytes = join(bytes, text);
      else if (change === 'join') bytes = join(bytes, other.bytes);
      else bytes = join(bytes.subarray(0, 6), text, bytes.subarray(6), '*/=1;alert(1)');
    }
    return { ...file, bytes };
  });

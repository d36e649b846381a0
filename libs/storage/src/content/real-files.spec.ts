import { outcomeOf } from '../../test/file-kits/admission.kit.js';
import { id3 } from '../../test/corpus.kit.js';
import * as make from '../testing/sample-bytes.js';
import { samples } from '../testing/samples.js';
import { acceptedWith } from './accepted-types.js';

const { join, hex, latin1, box, zip, compoundFile } = make;
const { jpg, pdf, docx, m4a, flac, wav, mp3Frames, aac } = samples;
const word = docx.contentType;
const segment = (marker: number, body: Buffer) =>
  join(Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 0xff]), body);
const photoWith = (bytes: Buffer) => join(jpg.bytes.subarray(0, 20), bytes, jpg.bytes.subarray(20));
const plist = '<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN"><plist version="1.0"/>';
const encrypted = compoundFile({ names: ['EncryptedPackage', '\x06DataSpaces', 'EncryptionInfo'], before: 8192 });
const many = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`word/media/${n}.png`, 'x'.repeat(40)]));
const large = (extra: Record<string, string>) =>
  zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': 'x'.repeat(9000), ...many(300), ...extra });

describe('a real file goes in', () => {
  it.each<[string, string, string, Buffer]>([
    ['a PDF behind a byte order mark', 'x.pdf', 'application/pdf', join('\xef\xbb\xbf', pdf.bytes)],
    ['a PDF behind a line of junk', 'x.pdf', 'application/pdf', join('Some junk before the header\r\n', pdf.bytes)],
    ['a PDF behind the header of a printer', 'x.pdf', 'application/pdf', join('\x1b%-12345X@PJL JOB\n', pdf.bytes)],
    ['a PDF at the last place that readers look at', 'x.pdf', '', join(' '.repeat(1024), pdf.bytes)],
    ['a PDF with script of its own, as forms have it', 'x.pdf', 'application/pdf', join('%PDF-1.7\n1 0 obj<</S/JavaScript/JS(app.alert\\(1\\))>>', pdf.bytes)],
    ['a JPEG with the print settings of Photoshop', 'x.jpg', 'image/jpeg', photoWith(segment(0xed, latin1(plist)))],
    ['a JPEG with junk between its segments', 'x.jpg', 'image/jpeg', photoWith(Buffer.alloc(40, 7))],
    ['a small JPEG with records behind its end', 'x.jpg', 'image/jpeg', join(jpg.bytes, hex('0000'), 'SEFT\x01 Image_UTC_Data 1700')],
    ['a JPEG as Windows saves it', 'x.jfif', 'image/jpeg', jpg.bytes],
    ['a JPEG of old', 'x.jpe', 'image/jpeg', jpg.bytes],
    ['a JPEG from a terminal server', 'x.jpg', 'image/x-citrix-jpeg', jpg.bytes],
    ['an AVIF of the small form', 'x.avif', 'image/avif', join(box('ftyp', 'mif3avif'), box('mini', Buffer.alloc(40)))],
    ['CSV as Excel saves it', 'x.csv', 'application/vnd.ms-excel', latin1('Name;Wert\nM\xfcller;10 \x96 20\n')],
    ['CSV as Excel saves "Unicode Text"', 'x.csv', 'text/csv', Buffer.from('\ufeffName\tWert\r\nMüller\t10', 'utf16le')],
    ['text in Shift_JIS', 'x.txt', 'text/plain', hex('93fa967b8cea0d0a')],
    ['sound in MP4', 'audio-1.mp4', 'audio/mp4;codecs=opus', make.sound('isom', 'iso6', 'vp09')],
    ['sound in MP4 by its brand', 'audio-1.mp4', 'audio/mp4', m4a.bytes],
    ['a voice note declared as MP3', 'x.m4a', 'audio/mpeg', m4a.bytes],
    ['a voice message of Telegram', 'x.oga', 'audio/ogg', samples.opus.bytes],
    ['a QuickTime film', 'x.qt', 'video/quicktime', samples.mov.bytes],
    ['FLAC behind a long tag', 'x.flac', 'audio/flac', join(id3(11_148), flac.bytes, Buffer.alloc(9000))],
    ['AAC behind a tag', 'x.aac', 'audio/aac', join(id3(500), aac.bytes)],
    ['MP3 behind two tags', 'x.mp3', 'audio/mpeg', join(id3(3000), id3(60), mp3Frames.bytes, mp3Frames.bytes)],
    ['MP3 behind a picture in its tag', 'x.mp3', 'audio/mpeg', join(id3(200_000), mp3Frames.bytes)],
    ['MP3 behind zeros', 'x.mp3', 'audio/mpeg', join(Buffer.alloc(1500), mp3Frames.bytes)],
    ['MP3 behind junk', 'x.mp3', 'audio/mpeg', join(Buffer.alloc(300, 7), mp3Frames.bytes)],
    ['WAV of 64 bits', 'x.wav', 'audio/wav', join('RF64', hex('ffffffff'), 'WAVEds64', hex('1c000000'), Buffer.alloc(28), wav.bytes.subarray(12))],
    ['a Word document of WPS', 'x.docx', 'application/wps-office.docx', docx.bytes],
    ['a Word document declared as zip', 'x.docx', 'application/x-zip-compressed', docx.bytes],
    ['a Word document of 300 parts', 'x.docx', word, large({})],
    ['a Word document with a password', 'x.docx', word, encrypted],
    ['an Excel workbook with a password', 'x.xlsx', samples.xlsx.contentType, encrypted],
    ['an old Word document whose directory lies far behind', 'x.doc', 'application/msword', compoundFile({ names: ['WordDocument'], before: 20_480 })],
    ['a presentation of LibreOffice', 'x.odp', '', samples.odp.bytes],
    ['a voice note of an old phone', 'x.amr', 'audio/amr', samples.amr.bytes],
  ])('%s', async (_, fileName, contentType, bytes) => {
    for (const piece of [1, 777, 1e6].slice(bytes.length > 20_000 ? 1 : 0)) expect(await outcomeOf({ fileName, contentType, bytes }, piece)).toBe('accepted');
  }); // prettier-ignore
});

describe('a file that is not what it says is refused, with what it is and what helps', () => {
  const right = 'Send the right file.';
  const rename = 'Rename it, or send the right file.';
  it.each<[string, string, Buffer, string]>([
    ['a Word document as PDF', 'x.pdf', docx.bytes, `a PDF (.pdf) was expected, but the content is a Word document (.docx). ${rename}`],
    ['HTML as a picture', 'x.png', latin1('<!doctype html><p>x'), `but the content is a page or a drawing (HTML, SVG or XML). ${right}`],
    ['an installer as a document', 'x.doc', compoundFile({ root: '84100c0000000000c000000000000046' }), `but the content is an installer (.msi). ${right}`],
    ['an installer of no class', 'x.xls', compoundFile({ names: ['\u4840\u3f3f\u4577'], before: 9216 }), `but the content is an installer (.msi). ${right}`],
    ['a mail as a document', 'x.doc', compoundFile({ names: ['__properties_version1.0'] }), `but the content is a mail (.msg). ${right}`],
    ['a password in the wrong place', 'x.pdf', compoundFile({ names: ['EncryptedPackage'] }), `an Office document with a password (.docx, .xlsx or .pptx). ${rename}`],
    ['a new document with a password as an old one', 'x.doc', encrypted, `an Office document with a password (.docx, .xlsx or .pptx). ${rename}`],
    ['an old document as a new one', 'x.docx', compoundFile({ names: ['WordDocument'] }), `but the content is an old Word document (.doc). ${rename}`],
    ['a document cut short', 'x.docx', large({}).subarray(0, 12_000), 'it is cut short or damaged. Send it again.'],
    ['an old document without its directory', 'x.doc', compoundFile({ before: 20_480 }).subarray(0, 9000), 'it is cut short or damaged. Send it again.'],
    ['macros behind the first bytes', 'x.docx', large({ 'word/vbaProject.bin': 'x' }), 'but it holds macros. Save it without macros, or as a PDF.'],
    ['a program in a document', 'x.docx', large({ 'word/x.exe': 'MZ' }), 'but it holds a program or a page. Remove what is embedded'],
    ['macros of LibreOffice', 'x.odt', zip({ mimetype: samples.odt.contentType, 'Basic/Standard/Module1.xml': 'x' }), 'but it holds macros.'],
    ['a document of too many parts', 'x.docx', zip({ '[Content_Types].xml': '<Types/>', 'word/document.xml': 'x', ...many(4200) }), 'it has too many parts to be looked at.'],
    ['a picture cut short', 'x.jpg', jpg.bytes.subarray(0, -2), 'it is cut short or damaged. Send it again.'],
    ['a table with tags', 'x.csv', latin1('a;<script>b</script>'), 'it holds tags of HTML, SVG or XML. Remove the tags, or send it as a PDF.'],
    ['a tag that tells another encoding', 'x.txt', latin1('\xfe\xff<script>x</script> '), 'it holds tags of HTML, SVG or XML.'],
    ['a program', 'x.pdf', latin1('MZ\x90\0\x03'), `but the content is a program. ${right}`],
    ['FLAC as MP3', 'x.mp3', join(id3(9000), flac.bytes), 'but other content follows its tags.'],
  ])('%s', async (_, fileName, bytes, message) => {
    expect(await outcomeOf({ fileName, contentType: '', bytes })).toContain(message);
  }); // prettier-ignore

  /** As its standard says, to the last byte: width, height and colours, a comment, a picture. */
  const gifWith = (width: string, comment: string, rest = '\x01\0\0') =>
    join(
      'GIF89a',
      width,
      rest,
      '\0\0!\xfe',
      Buffer.from([comment.length]),
      comment,
      '\0,\0\0\0\0\x01\0\x01\0\0\x02\x01\x01\0;',
    );
  const svg = '<svg onload=alert(1)>';
  it.each<[string, string, Buffer]>([
    ['a GIF that is a label', 'x.gif', latin1('GIF89a:/*\0\0\x01\0\x01\0*/;alert(1)//;')],
    ['a GIF that is an assignment', 'x.gif', latin1('GIF89a\n\n=1/*\x01\0*/;alert(1)')],
    ['a GIF 96 pixels wide that is a template', 'x.gif', gifWith('`\0', '`;function GIF89a(){alert(1)}//')],
    ['a GIF that is an assignment on lines of its own', 'x.gif', gifWith('\n\n', '*/0//', '=/*')],
    ['a WebP that is an assignment', 'x.webp', latin1('RIFF=1/*WEBPVP8L\0\0*/;alert(1)//')],
    ['HTML from its first byte as QuickTime', 'x.mov', latin1('<!--wide--><html><script>alert(1)</script>')],
    ['a box larger than any film', 'x.mov', latin1('aaaamoov and then what one likes')],
    ['SVG behind the header of AVIF', 'x.avif', join(samples.avif.bytes, svg)],
    ['SVG behind the header of WebP', 'x.webp', join(samples.webp.bytes, svg)],
    ['SVG in a PDF', 'x.pdf', join('%PDF-1.4\n', svg)],
    ['a frame in a PDF', 'x.pdf', join(pdf.bytes, '<iframe src=//x>')],
    ['HTML in UTF-16', 'x.wav', join(wav.bytes, Buffer.from('<script>', 'utf16le'))],
    ['anything after an unknown brand', 'x.mp4', join(box('ftyp', 'evil\0\0\0\0'), '\0\0\0\x10<b>x')],
    ...['mp4', 'm4a', 'webm', 'mp3', 'flac', 'ogg', 'aac', 'jpg', 'gif', 'heic', 'doc', 'docx', 'odt', 'amr'].map(
      (extension): [string, string, Buffer] => {
        const { fileName, bytes } = samples[extension as keyof typeof samples];
        return [`HTML in ${extension}`, fileName, join(bytes, '<html><script>alert(1)</script>')];
      },
    ),
    ['a script before a PDF', 'x.pdf', join('x=`', pdf.bytes)],
    ['a GIF before a PDF', 'x.pdf', join(samples.gif.bytes, pdf.bytes)],
    ['an archive before MP3', 'x.mp3', join('PK\x03\x04', Buffer.alloc(60), mp3Frames.bytes)],
  ])('%s is refused', async (_, fileName, bytes) => {
    expect(await outcomeOf({ fileName, contentType: '', bytes })).toMatch(/^The content of the file is not /);
  });
});

describe('kinds that an application switches on', () => {
  const dicom = (preamble: Buffer) =>
    join(preamble, Buffer.alloc(128 - preamble.length), 'DICM', hex('0200 0000 554c 0400'), Buffer.alloc(64));
  const bmp = join('BM', hex('3a000000 00000000 36000000 28000000'), Buffer.alloc(40));
  const all = acceptedWith({ images: ['tiff', 'bmp'], documents: ['dicom', 'rtf'], videos: ['avi', 'mpeg'] });
  it.each<[string, Buffer]>([
    ['scan.dcm', dicom(Buffer.alloc(0))],
    ['scan.dcm', dicom(latin1('II*\0\x08\0\0\0'))],
    ['fax.tif', join('II*\0', hex('08000000'), Buffer.alloc(40))],
    ['fax.tiff', join('MM\0*', hex('00000008'), Buffer.alloc(40))],
    ['scan.bmp', bmp],
    ['letter.rtf', latin1('{\\rtf1\\ansi Guten Tag}')],
    ['gait.avi', join('RIFF', hex('00100000'), 'AVI LIST', Buffer.alloc(40))],
    ['gait.mpg', join(hex('000001ba 44 00 04 00'), Buffer.alloc(40))],
  ])('%s goes in where it is, and nowhere else', async (fileName, bytes) => {
    expect(await outcomeOf({ fileName, contentType: '', bytes }, 50, all)).toBe('accepted');
    expect(await outcomeOf({ fileName, contentType: '', bytes }, 50)).toMatch(/This kind can be switched on/);
  });

  it.each<[string, Buffer]>([
    ['scan.dcm', dicom(latin1('MZ\x90\0'))],
    ['scan.dcm', dicom(latin1('<script>'))],
    ['scan.dcm', join(dicom(Buffer.alloc(0)), '<svg onload=x>')],
    ['scan.bmp', latin1('BM=1;/*\0\0*/alert(1)//'.padEnd(60))],
    ['letter.rtf', latin1('{\\rtf1{\\object\\objdata 0105}}')],
    ['letter.rtf', latin1('{\\rtf1 <script>x</script>}')],
    ['fax.tif', latin1('II*\0<html>')],
    ['gait.avi', join('RIFF', hex('00100000'), 'AVI LIST<iframe src=x>')],
    ['gait.mpg', join(hex('000001ba 44'), '<script>alert(1)</script>')],
  ])('%s is refused where it is more than that', async (fileName, bytes) => {
    expect(await outcomeOf({ fileName, contentType: '', bytes }, 50, all)).toMatch(/^The content of the file is not /);
  });
});

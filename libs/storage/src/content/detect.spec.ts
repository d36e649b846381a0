import fc from 'fast-check';
import { runs } from '../../test/long.js';
import { hostileSamples, samples, type Sample } from '../testing/samples.js';
import { acceptedType, acceptedTypes } from './accepted-types.js';
import { acceptDeclared } from './declared-type.js';
import { sniffBytes, verifyContent } from './detect.js';

const check = (mime: string, bytes: Buffer | string, isWhole = true) =>
  verifyContent(Buffer.from(bytes), acceptedType(mime), isWhole);
const admit = async ({ fileName, contentType, bytes }: Sample) => {
  const type = acceptDeclared({ extension: fileName.split('.').at(-1) ?? '', contentType });
  await verifyContent(bytes, type, true);
  return type;
};
const mismatch = expect.objectContaining({ code: 'content_mismatch' });

/** A later file of the same kind: the bytes of a sample, then more than is looked at. */
const longer = ({ bytes }: Sample) => Buffer.concat([bytes, Buffer.alloc(sniffBytes)]).subarray(0, sniffBytes);

/** What must not pass as another kind, though some kinds share their structure. */
const families = [
  ['image/heic', 'image/heif'],
  ['video/mp4', 'video/x-m4v', 'video/quicktime', 'video/3gpp'],
  ['audio/webm', 'video/webm'],
  ['application/msword', 'application/vnd.ms-excel', 'application/vnd.ms-powerpoint'],
  ['text/plain', 'text/csv'],
];
const related = (a: string, b: string) => a === b || families.some((of) => of.includes(a) && of.includes(b));

describe('files that are what they say', () => {
  it.each(Object.entries(samples))('accepts %s', async (_, sample) => {
    await expect(admit(sample)).resolves.toMatchObject({ mime: sample.contentType });
  });

  it('has a sample of every accepted kind', () => {
    const sampled = new Set<string>(Object.values(samples).map(({ contentType }) => contentType));
    expect(acceptedTypes.map(({ mime }) => mime).filter((mime) => !sampled.has(mime))).toEqual([]);
  });

  it.each(Object.entries(samples).filter(([, { contentType }]) => !contentType.startsWith('text/')))(
    'accepts %s as the beginning of a long file',
    async (_, sample) => {
      await expect(check(sample.contentType, longer(sample), false)).resolves.toBeUndefined();
    },
  );

  it('does not miss the end of a picture that it cannot see', async () => {
    const { bytes } = samples.jpg;
    const long = Buffer.concat([bytes.subarray(0, -2), Buffer.alloc(sniffBytes), bytes.subarray(-2)]);
    await expect(check('image/jpeg', long)).resolves.toBeUndefined();
  });

  it('reads nothing beyond the first bytes', async () => {
    const long = Buffer.concat([longer(samples.pdf), Buffer.from('<script>')]);
    await expect(check('application/pdf', long)).resolves.toBeUndefined();
  });
});

describe('files that are not', () => {
  it.each(Object.entries(hostileSamples))('refuses %s', async (_, sample) => {
    await expect(admit(sample)).rejects.toMatchObject({
      code: expect.stringMatching(/^(type_not_accepted|content_mismatch)$/),
    });
  });

  it.each(['html', 'svg', 'exe', 'zip'] as const)('refuses %s under every accepted type', async (kind) => {
    for (const { mime } of acceptedTypes)
      await expect(check(mime, hostileSamples[kind].bytes)).rejects.toEqual(mismatch);
  });

  it.each(Object.entries(samples))('refuses %s under every type of another kind', async (_, { bytes, contentType }) => {
    for (const { mime } of acceptedTypes.filter(({ mime }) => !related(mime, contentType))) {
      await expect(check(mime, bytes)).rejects.toEqual(mismatch);
    }
  });

  it('answers any bytes for any type with a mismatch or with nothing, never another error', async () => {
    const starts = fc.constantFrom(...Object.values(samples).map(({ bytes }) => bytes));
    const cut = fc.tuple(starts, fc.nat(64), fc.uint8Array({ maxLength: 64 })).map(([bytes, at, tail]) => {
      return Buffer.concat([bytes.subarray(0, at), tail]);
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...acceptedTypes), cut, fc.boolean(), async (type, bytes, isWhole) => {
        const outcome = await verifyContent(bytes, type, isWhole).then(
          () => 'accepted',
          (error: { code?: string }) => error.code,
        );
        expect(['accepted', 'content_mismatch']).toContain(outcome);
      }),
      { numRuns: runs(300, 1000) },
    );
  });

  it.each(acceptedTypes.map(({ mime }) => mime).filter((mime) => !mime.startsWith('text/')))(
    'refuses an empty file as %s',
    async (mime) => {
      await expect(check(mime, '')).rejects.toEqual(mismatch);
    },
  );
});

describe('pictures', () => {
  const { jpg, png, gif } = samples;
  const xmp = '<?xpacket begin=""?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF/></x:xmpmeta>';
  const withSegment = (text: string) =>
    Buffer.concat([
      jpg.bytes.subarray(0, 2),
      Buffer.from([0xff, 0xe1, 0, text.length + 2]),
      Buffer.from(text),
      jpg.bytes.subarray(2),
    ]);

  it.each<[string, string, Buffer, boolean]>([
    ['a JPEG with XMP, which is XML', 'image/jpeg', withSegment(xmp), true],
    [
      'a JPEG padded after its end',
      'image/jpeg',
      Buffer.concat([jpg.bytes, Buffer.alloc(9), Buffer.alloc(3, 255)]),
      true,
    ],
    ['the head of a long JPEG', 'image/jpeg', jpg.bytes.subarray(0, 150), false],
    ['the head of a PNG', 'image/png', png.bytes.subarray(0, 40), false],
    ['a GIF 2400 pixels wide', 'image/gif', replaced(gif.bytes, 6, '6009'), true],
    ['a GIF 61 pixels wide', 'image/gif', replaced(gif.bytes, 6, '3d00'), true],
  ])('accepts %s', async (_, mime, bytes, isWhole) => {
    await expect(check(mime, bytes, isWhole)).resolves.toBeUndefined();
  });

  it.each<[string, string, Buffer, boolean]>([
    ['a JPEG with HTML in its metadata', 'image/jpeg', withSegment('<ScRiPt >alert(1)</script>'), true],
    ['a JPEG cut in its scan', 'image/jpeg', jpg.bytes.subarray(0, -3), true],
    ['a JPEG cut in its tables', 'image/jpeg', jpg.bytes.subarray(0, 150), true],
    ['a JPEG whose segments do not join', 'image/jpeg', replaced(jpg.bytes, 20, '00'), false],
    ['a JPEG with text after its end', 'image/jpeg', Buffer.concat([jpg.bytes, Buffer.from('<?php')]), true],
    ['a PNG of no width', 'image/png', replaced(png.bytes, 16, '00000000'), true],
    ['a PNG of an impossible depth', 'image/png', replaced(png.bytes, 24, '07'), true],
    ['a PNG of an impossible colour type', 'image/png', replaced(png.bytes, 25, '05'), true],
    ['a PNG without its end', 'image/png', png.bytes.subarray(0, 40), true],
    ['a GIF of no height', 'image/gif', replaced(gif.bytes, 8, '0000'), true],
    ['a GIF without a block after its colours', 'image/gif', replaced(gif.bytes, 19, '3b'), true],
    ['a GIF with an unknown extension', 'image/gif', replaced(gif.bytes, 19, '2100'), true],
    ['a GIF that is an assignment', 'image/gif', replaced(gif.bytes, 6, '3d27'), true],
    ['a GIF that opens a comment', 'image/gif', replaced(gif.bytes, 6, '2f2a'), true],
    ['a GIF that spaces out an assignment', 'image/gif', replaced(gif.bytes, 6, '093d'), true],
    ['a RIFF that is no WebP', 'image/webp', samples.wav.bytes, true],
  ])('refuses %s', async (_, mime, bytes, isWhole) => {
    await expect(check(mime, bytes, isWhole)).rejects.toEqual(mismatch);
  });
});

describe('films and sounds', () => {
  const brand = (bytes: Buffer, major: string) => replaced(bytes, 8, Buffer.from(major).toString('hex'));

  it.each<[string, string, Buffer]>([
    ['a voice memo with a general brand', 'audio/mp4', brand(samples.m4a.bytes, 'isom')],
    ['an audio book brand', 'audio/mp4', brand(samples.m4a.bytes, 'M4B ')],
    ['an AVIF whose major brand is the general one', 'image/avif', brand(samples.avif.bytes, 'mif1')],
    ['a film of an old QuickTime', 'video/quicktime', samples.mov.bytes.subarray(20)],
    ['a film of an Android phone', 'video/mp4', brand(samples.mp4.bytes, '3gp4')],
  ])('accepts %s', async (_, mime, bytes) => {
    await expect(check(mime, bytes, false)).resolves.toBeUndefined();
  });

  it.each<[string, string, Buffer]>([
    ['a film as sound', 'audio/mp4', brand(samples.m4v.bytes, 'mp42')],
    ['a QuickTime film as sound', 'audio/mp4', brand(samples.m4a.bytes, 'qt  ')],
    ['sound as a film', 'video/mp4', samples.m4a.bytes],
    ['a raw photo as a film', 'video/mp4', brand(samples.mp4.bytes, 'crx ')],
    ['a JPEG 2000 as a film', 'video/mp4', brand(samples.mp4.bytes, 'jp2 ')],
    [
      'Matroska as WebM',
      'video/webm',
      Buffer.from(samples.webm.bytes.toString('latin1').replace('webm', 'matr'), 'latin1'),
    ],
  ])('refuses %s', async (_, mime, bytes) => {
    await expect(check(mime, bytes, false)).rejects.toEqual(mismatch);
  });
});

function replaced(bytes: Buffer, at: number, hex: string): Buffer {
  const copy = Buffer.from(bytes);
  Buffer.from(hex, 'hex').copy(copy, at);
  return copy;
}

import fc from 'fast-check';
import { Script } from 'node:vm';
import { outcomeOf } from '../../test/file-kits/admission.kit.js';
import { honestFiles, hostileFiles } from '../../test/corpus.kit.js';
import { runs } from '../../test/long.js';
import type { Sample } from '../testing/samples.js';
import { sniffBytes } from './detect.js';

/** The same in every short run, another in every long one; printed with each test. */
const seed = runs(20_261_127, Date.now() % 2 ** 31);
const patience = runs(600_000, 3_600_000);

/**
 * What a browser takes bytes for that come without a type: the rules for a page, as the standard has them, and nothing of
 * ours. https://mimesniff.spec.whatwg.org/#identifying-a-resource-with-an-unknown-mime-type
 */
function sniffsAsPage(bytes: Buffer): boolean {
  const text = bytes.toString('latin1', 0, 1445);
  const tags = 'html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p';
  return new RegExp(`^[\\t\\n\\f\\r ]*(?:<!doctype html[ >]|<(?:${tags})[ >]|<!--|<\\?xml)`, 'i').test(text);
}

/** Whether an engine would run the bytes, in the encodings that a page can choose for a script. */
const compiles = (bytes: Buffer): boolean =>
  (['latin1', 'utf8'] as const).some((encoding) => {
    try {
      return new Script(bytes.toString(encoding)) instanceof Script;
    } catch {
      return false;
    }
  });

/**
 * Of a longer file only the first bytes are looked at: it counts as a script where they are one, or where a comment that is
 * open at their end can be closed. A template, and a comment in the first segment of a JPEG, are not counted:
 * a browser runs no `image/…` as a script, and every GIF 96 pixels wide opens a template.
 */
function runsAsScript({ contentType, bytes }: Sample): boolean {
  if (bytes.length <= sniffBytes) return compiles(bytes);
  const head = bytes.subarray(0, sniffBytes);
  const closers = contentType === 'image/jpeg' ? [''] : ['', '*/', '\n'];
  return closers.some((closer) => compiles(Buffer.concat([head, Buffer.from(closer)])));
}

const holdsTags = (bytes: Buffer): boolean =>
  /<(?:script|svg|iframe|html)[\s/>]|<!doctype\s*html/i.test(bytes.toString('latin1', 0, 1445).replaceAll('\0', ''));

/** A text is served as text, and whatever it says is never run: it only must not look like a page. */
const isDangerous = (file: Sample): boolean =>
  sniffsAsPage(file.bytes) || holdsTags(file.bytes) || (!file.contentType.startsWith('text/') && runsAsScript(file));

test(
  `no honest file is refused (seed ${seed})`,
  async () => {
    const seen = new Set<string>();
    const honest = fc.asyncProperty(honestFiles, fc.integer({ min: 1, max: 9000 }), async (file, piece) => {
      seen.add(file.contentType);
      expect(await outcomeOf(file, piece)).toBe('accepted');
    });
    await fc.assert(honest, { seed, numRuns: runs(100, 1500) });
    expect(seen.size).toBeGreaterThan(20);
  },
  patience,
);

test(
  `no hostile file is accepted that a browser would run (seed ${seed})`,
  async () => {
    let accepted = 0;
    const hostile = fc.asyncProperty(hostileFiles, async (file) => {
      if ((await outcomeOf(file)) !== 'accepted') return;
      accepted += 1;
      expect(isDangerous(file) ? file : 'harmless').toBe('harmless');
    });
    await fc.assert(hostile, { seed, numRuns: runs(200, 12_000) });
    // Some changes harm nothing: else the test would show little.
    expect(accepted).toBeGreaterThan(runs(10, 1000));
  },
  patience,
);

test.each([
  ['a page', Buffer.from(' <html>'), true],
  ['a comment', Buffer.from('<!-- x'), true],
  ['XML', Buffer.from('<?xml version="1.0"?>'), true],
  ['a GIF that is a script', Buffer.from('GIF89a:/*\0*/;alert(1)//'), true],
  ['a script in a hashbang', Buffer.from('#!AMR\nalert(1)'), true],
  ['a drawing in a picture', Buffer.from('RIFF....WEBP<svg onload=x>'), true],
  ['a picture', Buffer.from('GIF89a\x01\0\x01\0'), false],
])('the judge knows %s', (_, bytes, expected) => {
  expect(isDangerous({ fileName: 'x', contentType: 'image/gif', bytes })).toBe(expected);
});

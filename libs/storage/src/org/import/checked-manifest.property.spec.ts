import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { anyCharacter } from '../../../test/any-character.kit.js';
import { runs } from '../../../test/long.js';
import { parseOrgId } from '../../keys/org-id.js';
import { summaryOf } from '../export/manifest.js';
import type { ExportSource } from '../export/sources/export-source.js';
import { checkedEntries } from './checked-manifest.js';

const one = parseOrgId('1');

/** A manifest of these lines, whole as far as its hash says, in chunks that end anywhere. */
async function accepted(lines: readonly string[], chunk = 7): Promise<{ key: string; path: string }[]> {
  const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
  const source: ExportSource = {
    names: () => [],
    open: async () => ({ size: bytes.length, bytes: inChunks(bytes, chunk) }),
    close: async () => {},
  };
  const manifestSha256 = createHash('sha256').update(bytes).digest('hex');
  const begun = { organisation: one, bucket: 'b', startedAt: '' };
  const entries = [];
  for await (const entry of checkedEntries(
    source,
    summaryOf(begun, { files: lines.length, bytes: 0, manifestSha256 }),
    one,
  )) {
    entries.push(entry);
  }
  return entries;
}

async function* inChunks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const line = (key: string, more: object = {}) =>
  JSON.stringify({ path: 'files/x', key, size: 0, sha256: '0'.repeat(64), etag: '"e"', ...more });

const part = fc.oneof(
  fc.constantFrom(
    '1',
    '11',
    '01',
    '1/',
    '..',
    '.',
    '',
    '/',
    '//',
    'uploads',
    'custom',
    'a',
    'audit-archive',
    'incoming',
    'control',
    '2026',
    '01.jsonl.gz',
    '\\',
    '%2e%2e',
    '\ud800',
    '\0',
    'ä',
    'a\u0308',
    '１',
    '*',
    'A'.repeat(300),
  ),
  fc.string({ unit: anyCharacter, maxLength: 4 }),
);
const anyKey = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'));
const goodKey = fc.oneof(
  fc.stringMatching(/^[a-z0-9]{1,8}$/).map((name) => `1/uploads/${name}`),
  fc
    .tuple(fc.integer({ min: 2000, max: 2999 }), fc.integer({ min: 1, max: 12 }))
    .map(([year, month]) => `audit-archive/1/${year}/${String(month).padStart(2, '0')}.jsonl.gz`),
);

test('what is accepted is in the organisation’s own folders, clean, in order and once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(goodKey, anyKey), { maxLength: 5 }),
      fc.integer({ min: 1, max: 99 }),
      async (keys, chunk) => {
        const entries = await accepted(
          keys.map((key) => line(key)),
          chunk,
        ).catch(() => undefined);
        const found = (entries ?? []).map(({ key }) => key);
        for (const key of found) {
          expect(key).toMatch(
            /^(1\/(uploads|signatures|documents|templates|custom)\/[^]|audit-archive\/1\/2\d{3}\/\d\d\.jsonl\.gz$)/,
          );
          expect(key.split('/')).not.toEqual(expect.arrayContaining([expect.stringMatching(/^\.*$/)]));
          expect(key.isWellFormed()).toBe(true);
        }
        expect(new Set(found).size).toBe(found.length);
        expect(found).toEqual(entries ? keys : []);
      },
    ),
    { numRuns: runs(250, 5_000) },
  );
});

test('good ones are accepted, in their order, whatever stands beside', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(goodKey, { minLength: 1, maxLength: 20 }),
      fc.dictionary(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), fc.stringMatching(/^[ -~]{0,20}$/)),
      async (keys, metadata) => {
        const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect((await accepted(sorted.map((key) => line(key, { metadata })))).map(({ key }) => key)).toEqual(sorted);
        const other = accepted(sorted.toReversed().map((key) => line(key))).catch(({ code }: { code: string }) => code);
        expect((await other) === 'invalid_request').toBe(keys.length > 1);
      },
    ),
  );
});

test('whatever a line is, it is an entry or a refusal', async () => {
  const anything = fc.oneof(
    fc.json(),
    fc.string(),
    fc
      .record({
        path: fc.jsonValue(),
        key: fc.jsonValue(),
        size: fc.jsonValue(),
        sha256: fc.jsonValue(),
        etag: fc.jsonValue(),
        metadata: fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (text) => {
      const entries = await accepted([text.replaceAll('\n', ' ') || '-']).catch(
        (error: { code?: string }) => error.code,
      );
      expect(Array.isArray(entries) || entries === 'invalid_request').toBe(true);
    }),
    { numRuns: runs(150, 2_500) },
  );
});

test('a line without end is refused before it fills the memory', async () => {
  await expect(accepted(['x'.repeat(200_000)], 65_536)).rejects.toMatchObject({ code: 'invalid_request' });
});

import fc from 'fast-check';
import { ExportPaths, isExportPath } from './export-paths.js';

const of = (names: readonly string[]) => {
  const paths = new ExportPaths();
  return names.map((name) => paths.of('files', `1/uploads/${name}`, `uploads/${name}`));
};

const names = [
  'a.txt',
  'A.txt',
  'con',
  'COM1.x.pdf',
  'a:b?.pdf',
  'end. ',
  `${'ü'.repeat(200)}.pdf`,
  '...',
  'aux.',
  'nul .x',
];

test('names are such as every system can have, and no two are alike where case does not count', () => {
  const given = of(names);
  expect(new Set(given.map((path) => path.toLowerCase())).size).toBe(names.length);
  expect(given[0]).toBe('files/uploads/a.txt');
});

/** https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
function isForWindows(path: string): boolean {
  return (
    path.length <= 200 &&
    path.split('/').every(
      (name) =>
        // oxlint-disable-next-line no-control-regex
        /^[^<>:"\\|?*\u0000-\u001f]+$/.test(name) &&
        !/[. ]$/.test(name) &&
        !/^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i.test(name) &&
        Buffer.byteLength(name) <= 255,
    )
  );
}

/** As a file system that does not tell case apart would have them: no file is a folder of another one. */
function areApart(paths: readonly string[]): boolean {
  const files = new Set(paths.map((path) => path.normalize('NFC').toLowerCase()));
  return (
    files.size === paths.length &&
    [...files].every((path) => [...path.matchAll(/\//g)].every(({ index }) => !files.has(path.slice(0, index))))
  );
}

const segment = fc.oneof(
  fc.constantFrom(
    'a',
    'A',
    'a.',
    'con',
    'Con.x',
    'LPT1',
    'ä',
    'a\u0308',
    'x~1',
    '...',
    'long',
    'a'.repeat(190),
    'ß'.repeat(90),
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((text) => text.replaceAll('/', '-') || '-'),
);

test('whatever the keys, the paths fit on Windows, lie beside each other, and are known again as paths of an export', () => {
  const keys = fc.uniqueArray(
    fc.array(segment, { minLength: 1, maxLength: 7 }).map((parts) => parts.join('/')),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(keys, (some) => {
      const paths = of(some.toSorted());
      expect(paths.filter((path) => !isForWindows(path) || !isExportPath(path))).toEqual([]);
      expect(areApart(paths)).toBe(true);
    }),
  );
});

test.each([
  '../x',
  'files/../../x',
  'files//x',
  'files/.',
  'files',
  '/files/x',
  'C:/files/x',
  'files\\x',
  'files/a\\..\\b',
  'manifest.jsonl',
  'files/\ud800',
  'files/con',
  'files/x\0',
  'files/x.',
])('%j is no path of an export', (path) => {
  expect(isExportPath(path)).toBe(false);
});

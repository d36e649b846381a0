import { diff } from './diff.js';

const policy = (...Statement: string[]) => ({ Version: '2012-10-17', Statement });

test('what goes and what comes, with two lines around it', () => {
  expect(diff(policy('a', 'b', 'c', 'd', 'e', 'f'), policy('a', 'b', 'c', 'x', 'e', 'f'))).toEqual([
    '  …',
    '      "b",',
    '      "c",',
    '-     "d",',
    '+     "x",',
    '      "e",',
    '      "f"',
    '  …',
  ]);
});

test.each<[string, unknown, unknown, string[]]>([
  ['nothing before', undefined, { a: 1 }, ['+ {', '+   "a": 1', '+ }']],
  ['nothing changed', { a: 1 }, { a: 1 }, []],
  ['the same line again', ['a'], ['a', 'a'], ['  [', '+   "a",', '    "a"', '  ]']],
])('%s', (_name, before, after, lines) => expect(diff(before, after)).toEqual(lines));

import fc from 'fast-check';
import { requireFlatBody, requireFlatJson } from './flat-body.js';

const refused = (text: string, encoding?: string) => {
  try {
    requireFlatJson(undefined, undefined, Buffer.from(text), encoding);
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
};

const isNested = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).some((each) => typeof each === 'object' && each !== null);

test('JSON is refused unparsed where its value has a list or an object within, and nowhere else', () => {
  const json = fc.oneof(
    fc.json({ maxDepth: 3 }),
    fc.dictionary(fc.string(), fc.string()).map((o) => JSON.stringify(o)),
  );
  fc.assert(
    fc.property(json, fc.nat(3), (text, spaces) => {
      const written = JSON.stringify(JSON.parse(text), undefined, spaces);
      expect(refused(written)).toBe(isNested(JSON.parse(text)) ? 'invalid_request' : undefined);
    }),
    {
      examples: [
        ['{"a\\"{[":"\\\\","b":"}{["}', 0],
        ['{"a":"\\\\\\"","b":[]}', 0],
        ['[[]]', 0],
        ['{"a":{}}', 2],
      ],
    },
  );
});

test('what is no JSON is left to the parser, and another encoding to the look at the parsed body', () => {
  for (const text of ['', '}{', '"', '\\', '{"a":"b', '\u0000']) expect(refused(text)).toBeUndefined();
  expect(refused('{"a":{}}', 'utf-16le')).toBeUndefined();
  expect(() => requireFlatBody({ a: {} })).toThrow('"a" is a list or an object');
});

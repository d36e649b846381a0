import { jest } from '@jest/globals';
import { S3Error } from '../errors/s3-error.js';
import { readXml, readXmlInTurns } from './xml-reader.js';
import { xmlDocument } from './xml-writer.js';

const read = (text: string) => readXml(Buffer.from(text), 'Delete');

test('reads repeated elements and text as it is', () => {
  const root = read(
    '<?xml version="1.0"?>\n<Delete xmlns="x">\n<Object><Key> a &amp; &#x1F600;&#13; é</Key></Object><Object><Key/></Object></Delete>',
  );
  expect(root.all('Object').map((object) => object.textOf('Key'))).toEqual([' a & \u{1f600}\r é', '']);
});

test.each([
  [''],
  ['text'],
  ['<Delete>'],
  ['<Delete></Object>'],
  ['<Other/>'],
  ['<Delete/><Delete/>'],
  ['<!DOCTYPE Delete [<!ENTITY a "b">]><Delete>&a;</Delete>'],
  ['<!doctype Delete><Delete/>'],
  ['<Delete><Key>a</Key'],
  ['<Delete><Key>a&#0;</Key></Delete>'],
  ['<Delete><Key>a&#x1;</Key></Delete>'],
  ['<Delete><Key>a\u0001</Key></Delete>'],
  ['<Delete><Key>a&#xD800;</Key></Delete>'],
  ['<Delete><Key>a&#x110000;</Key></Delete>'],
  ['<Delete><Key>a&nbsp;b</Key></Delete>'],
  ['<Delete><Key>a&b</Key></Delete>'],
  ['<Delete><Key>a&;</Key></Delete>'],
  ['<Delete><Key>a&#x0000041;</Key></Delete>'],
  ['<Delete><Key>a&#65</Key></Delete>'],
  ['<Delete>a</Delete>b'],
  ['<![CDATA[a]]><Delete/>'],
  ['<Delete><!-- a -- b --></Delete>'],
  ['<Delete><!-- a'],
  ['<Delete><![CDATA[a]]</Delete>'],
  ['<Delete><?php a ?></Delete>'],
  ['<Delete a/>'],
  ['<Delete a=b/>'],
  ['<Delete a="b/>'],
  ['<Delete a="<"/>'],
  ['<Delete/ >'],
  ['< Delete/>'],
  ['<1/>'],
  ['<Delete></Delete '],
  ['<Delete></Delete></Delete>'],
  [`<Delete>${'<a>'.repeat(20)}${'</a>'.repeat(20)}</Delete>`],
])('refuses %j', (text) => {
  expect(() => read(text)).toThrow(S3Error);
});

test('reads comments, character data, prefixes and attributes as XML has them', () => {
  const root = read(
    '\ufeff<?xml version="1.0"?><!-- a --><s:Delete xmlns:s = \'b>c\' d="e"><s:Key >1<!-- 2 -->3<![CDATA[<&]]>\r\n4</s:Key\t></s:Delete>\n',
  );
  expect([root.name, root.names, root.textOf('Key')]).toEqual(['Delete', ['Key'], '13<&\n4']);
});

test('a name that JavaScript knows is a name like any other', () => {
  expect(read('<Delete><__proto__>1</__proto__></Delete>').names).toEqual(['__proto__']);
  expect(read('<Delete/>').all('constructor')).toEqual([]);
});

describe('hostile documents', () => {
  const size = 200 * 1024;
  const fill = (text: string): string => text.repeat(Math.floor(size / text.length));
  const limits = { bytes: 2 * size, pieces: 2000 };
  const hostile = (name: string, inner: string): [string, string] => [name, `<Delete>${inner}</Delete>`];

  test.each([
    hostile('comments that do not end', fill('<!--')),
    hostile('comments', fill('<!---->')),
    hostile('a comment of dashes', `<!--${fill('-')}`),
    hostile('character data that does not end', fill('<![CDATA[')),
    hostile('character data', fill('<![CDATA[]]>')),
    hostile('references', fill('&#97;')),
    hostile('references that do not end', fill('&')),
    hostile('references far from their end', `${fill('&amp')};`),
    hostile('elements', fill('<a/>')),
    hostile('elements that do not end', fill('<a>')),
    hostile('ends', fill('</a>')),
    hostile('attributes', `<a${fill(' b="c"')}/>`),
    hostile('attributes that do not end', `<a${fill(' b="')}`),
    hostile('a long name', `<${fill('a')}>`),
    hostile('spaces', `<a${fill(' ')}`),
    hostile('tags in tags', fill('<')),
    hostile('instructions', fill('<?a')),
    ['a declaration that does not end', fill('<?xml ')],
  ])('%s: no character is searched more than a few times', (_, text) => {
    const search = jest.spyOn(String.prototype, 'indexOf');
    let outcome: unknown = 'read';
    try {
      readXml(Buffer.from(text), 'Delete', limits);
    } catch (error) {
      outcome = error instanceof S3Error ? error.code : error;
    }
    let searched = 0;
    for (const [i, result] of search.mock.results.entries()) {
      const [, from = 0] = search.mock.calls[i] ?? [];
      const found = Number(result.value);
      searched += (found < 0 ? String(search.mock.contexts[i]).length : found + 1) - from;
    }
    search.mockRestore();
    expect(['read', 'MalformedXML']).toContain(outcome);
    expect(searched).toBeLessThan(4 * text.length);
  });

  test.each([
    ['bytes', { bytes: 20, pieces: 9 }, 'MaxMessageLengthExceeded'],
    ['pieces', { bytes: 99, pieces: 2 }, 'MalformedXML'],
  ])('no more than a number of %s is taken', (_, within, code) => {
    const text = '<Delete><a/><b/></Delete>';
    expect(() => readXml(Buffer.from(text), 'Delete', within)).toThrow(expect.objectContaining({ code }));
    expect(readXml(Buffer.from(text), 'Delete', { bytes: 25, pieces: 3 }).names).toEqual(['a', 'b']);
  });
});

describe('a large document', () => {
  const size = 200 * 1024;
  const limits = { bytes: 2 * size, pieces: 50_000 };

  test.each([
    ['elements', '<a></a>'],
    ['elements in elements', `${'<a>'.repeat(14)}${'</a>'.repeat(14)}`],
    ['texts with references', `<a>${'&#97;'.repeat(200)}</a>`],
    ['comments', '<!---->'],
    ['character data', '<![CDATA[]]>a'],
    ['attributes', '<a b="" c="&lt;"/>'],
  ])('of %s: others have their turn at least every 4 KiB', async (_, piece) => {
    const text = `<Delete>${piece.repeat(Math.floor(size / piece.length))}</Delete>`;
    let [turns, isRead] = [0, false];
    const other = () => void (turns++, isRead || setImmediate(other));
    setImmediate(other);
    await readXmlInTurns(Buffer.from(text), 'Delete', limits);
    isRead = true;
    expect(turns).toBeGreaterThanOrEqual(text.length / 4096);
  });

  test.each([
    ['attributes of one element', 8, (count: number) => `<Delete${' a="b"'.repeat(count)}/>`],
    ['references of one text', 1024, (count: number) => `<Delete>${'&lt;'.repeat(count)}</Delete>`],
    ['references of one attribute', 1024, (count: number) => `<Delete a="${'&lt;'.repeat(count)}"/>`],
  ])('%s: which are read in one turn, are refused above %i', async (_, most, document) => {
    await readXmlInTurns(Buffer.from(document(most)), 'Delete', limits);
    const refused = expect.objectContaining({ code: 'MalformedXML' });
    await expect(readXmlInTurns(Buffer.from(document(most + 1)), 'Delete', limits)).rejects.toEqual(refused);
  });

  test('is read as at once', async () => {
    const text = `<Delete>${'<Object><Key> a&amp;\r\n\u{1f600}</Key></Object>\r'.repeat(1000)}</Delete>`;
    const read = await readXmlInTurns(Buffer.from(text), 'Delete', limits);
    expect(read.toNode()).toEqual(readXml(Buffer.from(text), 'Delete', limits).toNode());
    expect(read.all('Object').map((object) => object.textOf('Key'))).toEqual(Array(1000).fill(' a&\n\u{1f600}'));
  });
});

test('refuses what is not UTF-8', () => {
  expect(() =>
    readXml(Buffer.concat([Buffer.from('<Delete>'), Buffer.from([0xff]), Buffer.from('</Delete>')]), 'Delete'),
  ).toThrow(S3Error);
});

test('one() takes a single element only', () => {
  expect(() => read('<Delete><Quiet>true</Quiet><Quiet>false</Quiet></Delete>').textOf('Quiet')).toThrow(S3Error);
});

test('what is written can be read, whatever XML can hold', () => {
  const key = ' <&"\r\n\t\u0085\u007f\u{1f600}]]> ';
  expect(read(xmlDocument('Delete', { Key: key })).textOf('Key')).toBe(key);
});

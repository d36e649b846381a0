import { S3Error } from './s3-error.js';
import { readXml } from './xml-reader.js';
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
  ['<Delete><__proto__>1</__proto__></Delete>'],
  ['<Delete><Key>a</Key'],
  ['<Delete><Key>a&#0;</Key></Delete>'],
  ['<Delete><Key>a&#x1;</Key></Delete>'],
  ['<Delete><Key>a\u0001</Key></Delete>'],
  ['<Delete><Key>a&#xD800;</Key></Delete>'],
  ['<Delete><Key>a&#x110000;</Key></Delete>'],
  ['<Delete><Key>a&nbsp;b</Key></Delete>'],
  ['<Delete><Key>a&b</Key></Delete>'],
])('refuses %j', (text) => {
  expect(() => read(text)).toThrow(S3Error);
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

import { isOoxml } from './office.js';

const local = (name: string, data = '') => {
  const header = Buffer.alloc(30);
  header.write('PK\x03\x04', 'latin1');
  header.writeUInt16LE(Buffer.byteLength(name), 26);
  return Buffer.concat([header, Buffer.from(name), Buffer.from(data)]);
};
const zip = (...names: string[]) => Buffer.concat(names.map((name) => local(name, 'x')));

describe('Office Open XML', () => {
  const isDocx = isOoxml('word/');

  it.each([
    ['the order of Word', ['[Content_Types].xml', '_rels/.rels', 'word/document.xml']],
    ['the order of LibreOffice', ['_rels/.rels', 'docProps/core.xml', 'word/document.xml', '[Content_Types].xml']],
    ['the order of Google', ['word/numbering.xml', '[Content_Types].xml']],
    ['sensitivity labels first', ['docMetadata/LabelInfo.xml', 'word/document.xml']],
  ])('takes %s', (_, names) => {
    expect(isDocx(zip(...names), true)).toBe(true);
    expect(isDocx(zip(...names), false)).toBe(true);
  });

  it.each([
    ['another program', ['[Content_Types].xml', 'xl/workbook.xml']],
    ['two programs at once', ['word/document.xml', 'xl/workbook.xml']],
    ['a stranger first', ['payload.exe', '[Content_Types].xml', 'word/document.xml']],
    ['a look-alike', ['[Content_Types].xml.exe', 'word/document.xml']],
    ['macros', ['[Content_Types].xml', 'word/document.xml', 'word/vbaProject.bin']],
  ])('refuses %s', (_, names) => {
    expect(isDocx(zip(...names), false)).toBe(false);
  });

  it('may lack its own folder only where there is more than the head', () => {
    const head = local('[Content_Types].xml', 'x'.repeat(5000)).subarray(0, 4100);
    expect(isDocx(head, false)).toBe(true);
    expect(isDocx(head, true)).toBe(false);
  });

  it('must start with a zip header', () => {
    expect(isDocx(Buffer.concat([Buffer.from('#!/bin/sh\n'), zip('word/document.xml')]), true)).toBe(false);
    expect(isDocx(Buffer.from('PK\x03\x04'), false)).toBe(false);
  });
});

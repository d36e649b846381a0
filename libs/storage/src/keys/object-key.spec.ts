import { belongsToOrg, inOrg, orgScopedKey, prefixBelongsToOrg, prefixInOrg } from './object-key.js';
import { parseOrgId } from './org-id.js';

const one = parseOrgId('1');
const eleven = parseOrgId('11');

describe('an object key', () => {
  it.each([
    ['another area', 'audit/x'],
    ['an area of another root', 'incoming/x'],
    ['another organisation', '11/uploads/x'],
    ['an area alone', 'uploads'],
    ['a custom name alone', 'custom/invoices'],
    ['an area in capitals', 'Uploads/x'],
    ['something that begins like an area', 'uploads-2/x'],
    ['33 segments', `uploads${'/a'.repeat(32)}`],
    ['1025 bytes with the organisation', `uploads/${`${'a'.repeat(200)}/`.repeat(5)}${'a'.repeat(10)}`],
  ])('is not made for %s', (_, path) => {
    expect(() => orgScopedKey(one, path)).toThrow(expect.objectContaining({ code: 'invalid_key' }));
  });

  it.each([
    ['32 segments', `uploads${'/a'.repeat(31)}`],
    ['1024 bytes with the organisation', `uploads/${`${'a'.repeat(200)}/`.repeat(5)}${'a'.repeat(9)}`],
    ["a consumer's own kind", 'custom/invoices/2026/7.pdf'],
  ])('is made for %s', (_, path) => {
    expect(orgScopedKey(one, path)).toBe(`1/${path}`);
  });

  it.each([
    'CONIN$',
    'clock$.txt',
    'con .txt',
    'Lpt\u00b2',
    '\uff23\uff2f\uff2e.txt', // Windows devices
    '\u3164',
    'a\u034fb',
    'a\u00adb',
    '\u2028',
    '\ue000',
    '\u{10ffff}',
    '\u0378', // invisible, private, unassigned
    '\uff1a',
    'a\u2047',
    '\uff05\uff12\uff26',
    '\uff04\uff5bx}',
    '.\u200d.',
    '\u2025',
    '\uff0e\uff1bx',
    '\u2100', // look-alikes
    '\u200c',
    'a\u2003',
    'a\u2029',
    '%7E',
    '%Ff',
    '.\u00a0.', // blanks and bytes
  ])('has no segment %j', (segment) => {
    // prettier-ignore
    expect(() => orgScopedKey(one, `uploads/${segment}/x`)).toThrow(expect.objectContaining({ code: 'invalid_key' }));
    expect(belongsToOrg(`1/uploads/${segment}`, one)).toBe(false);
  });

  it.each([undefined, null, 1, '01', '', '1/../2', ['1'], '1/uploads'])(
    'belongs to nobody when the organisation is %j',
    (value) => {
      expect(belongsToOrg('1/uploads/x', value as never)).toBe(false);
      expect(belongsToOrg('/uploads/x', value as never)).toBe(false);
      expect(prefixBelongsToOrg('1/', value as never)).toBe(false);
    },
  );

  it.each<[string, unknown]>([
    ['NFD', '1/uploads/cafe\u0301.pdf'],
    ['an audit year', 'audit-archive/1/2026/'],
    ['an audit month 13', 'audit-archive/1/2026/13.jsonl.gz'],
    ['something else in the archive', 'audit-archive/1/2026/01.json'],
    ['a folder of incoming', 'incoming/1/a/b'],
    ['incoming of another', 'incoming/11/a'],
    ['incoming of nobody', 'incoming/x'],
    ['the folder of the organisation', '1/'],
    ['a number', 1],
    ['a list', ['1/uploads/x']],
    ['nothing', undefined],
  ])('does not belong: %s', (_, key) => {
    expect(belongsToOrg(key as string, one)).toBe(false);
  });

  it('belongs in incoming and in the archive too', () => {
    expect(belongsToOrg('incoming/1/5c0e', one)).toBe(true);
    expect(belongsToOrg('audit-archive/1/2026/12.jsonl.gz', one)).toBe(true);
  });
});

describe('a prefix', () => {
  it.each([
    '1/',
    '1/uploads/',
    '1/custom/invoices/',
    '1/uploads/forms/201/',
    'incoming/1/',
    'audit-archive/1/',
    'audit-archive/1/2026/',
  ])('%s belongs to its organisation only', (prefix) => {
    expect(prefixBelongsToOrg(prefix, one)).toBe(true);
    expect(prefixBelongsToOrg(prefix, eleven)).toBe(false);
  });

  it.each([
    '',
    '/',
    '1',
    '1/uploads',
    '1//',
    '1/uploads//',
    '1/other/',
    '1/../11/',
    '11/',
    'incoming/1/a/',
    'audit-archive/1/1/',
    '1/uploads/*/',
    '1/uploads/../',
    undefined,
  ])('%j does not', (prefix) => {
    expect(prefixBelongsToOrg(prefix as string, one)).toBe(false);
  });
});

describe('a template of a consumer', () => {
  it('makes keys and prefixes of clean segments', () => {
    expect(inOrg(one)`custom/invoices/${'2026'}/${'7.pdf'}`).toBe('1/custom/invoices/2026/7.pdf');
    expect(prefixInOrg(one)`custom/invoices/${'2026'}/`).toBe('1/custom/invoices/2026/');
  });

  it.each<[string, () => string, string]>([
    ['a hostile id', () => inOrg(one)`custom/invoices/${'..'}/x`, 'invalid_place'],
    ['a hostile name', () => inOrg(one)`custom/invoices/${'..'}`, 'invalid_file_name'],
    ['text outside its areas', () => inOrg(one)`invoices/${'x'}`, 'invalid_place'],
    ['a prefix without its slash', () => prefixInOrg(one)`custom/invoices/${'x'}`, 'invalid_place'],
    ['two ids that are clean only apart', () => inOrg(one)`uploads/${'%2'}${'f'}/x`, 'invalid_place'],
    ['an organisation that was cast', () => inOrg('1/../2' as never)`uploads/x`, 'invalid_org'],
  ])('refuses %s', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});

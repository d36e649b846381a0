import { layout } from './layout.js';
import { belongsToOrg, prefixBelongsToOrg } from './object-key.js';
import { parseOrgId } from './org-id.js';

const org = parseOrgId('1');
const eleven = parseOrgId('11');
const file = { formId: '201', customFieldId: '7', fileName: 'report.pdf' };

describe('the layout of the bucket', () => {
  it.each([
    ['formUpload', layout.formUpload(org, file), '1/uploads/forms/201/field_7/report.pdf'],
    [
      'hold',
      layout.hold(org, { file: 'ab'.repeat(32), number: 'cd'.repeat(16) }),
      `control/1/holds/${'ab'.repeat(32)}/${'cd'.repeat(16)}`,
    ],
    ['closure', layout.closure(org, { scope: 'all' }), 'control/1/closed/all'],
    ['signature', layout.signature(org, { specialistId: '44' }), '1/signatures/specialists/44/signature.png'],
    ['document', layout.document(org, { documentId: '9', audience: 'patient' }), '1/documents/9/patient.pdf'],
    ['document', layout.document(org, { documentId: '9', audience: 'specialist' }), '1/documents/9/specialist.pdf'],
    ['document', layout.document(org, { documentId: '9', audience: 'admin' }), '1/documents/9/admin.pdf'],
    ['logo', layout.logo(org), '1/templates/logos/logo.png'],
    ['auditMonth', layout.auditMonth(org, { year: 2026, month: 1 }), 'audit-archive/1/2026/01.jsonl.gz'],
    ['auditMonth', layout.auditMonth(org, { year: '2026', month: '01' }), 'audit-archive/1/2026/01.jsonl.gz'],
    ['auditMonth', layout.auditMonth(org, { year: '2999', month: '12' }), 'audit-archive/1/2999/12.jsonl.gz'],
    ['incoming', layout.incoming(org, { uploadId: '5c0e-11' }), 'incoming/1/5c0e-11'],
    ['over', layout.over(org, { uploadId: '5c0e-11' }), 'incoming/1/5c0e-11.over'],
    ['ended', layout.ended(org, { uploadId: '5c0e-11' }), 'incoming/1/5c0e-11.ended'],
  ])('%s', (_, key, expected) => {
    expect(key).toBe(expected);
    expect(belongsToOrg(key, org)).toBe(true);
    expect(belongsToOrg(key, eleven)).toBe(false);
  });

  it('formField, to list', () => {
    const prefix = layout.formField(org, file);
    expect(prefix).toBe('1/uploads/forms/201/field_7/');
    expect(prefixBelongsToOrg(prefix, org)).toBe(true);
    expect(prefixBelongsToOrg(prefix, eleven)).toBe(false);
    expect(belongsToOrg(prefix, org)).toBe(false);
    expect(layout.formUpload(org, file)).toBe(`${prefix}report.pdf`);
  });

  it('auditArchive, to list', () => {
    const prefix = layout.auditArchive(org);
    expect(prefix).toBe('audit-archive/1/');
    expect(prefixBelongsToOrg(prefix, org)).toBe(true);
    expect(prefixBelongsToOrg(prefix, eleven)).toBe(false);
    expect(layout.auditMonth(org, { year: 2026, month: 1 })).toBe(`${prefix}2026/01.jsonl.gz`);
  });

  it('has a row above for each of its lines', () => {
    const files = [
      'formField',
      'formUpload',
      'signature',
      'document',
      'logo',
      'auditArchive',
      'auditMonth',
      'incoming',
      'over',
      'ended',
    ];
    const rows = [...files, 'hold', 'holds', 'closure', 'closures'];
    expect(Object.keys(layout).toSorted()).toEqual(rows.toSorted());
  });

  const hostileIds = [
    '',
    '.',
    '..',
    '../2',
    '7/x',
    '7\\x',
    '%2e%2e',
    'a\0',
    'a\r\n',
    '*',
    '?',
    '${x}',
    ' 7',
    '7.',
    '\u202e7',
    'a'.repeat(300),
  ];

  it.each([...hostileIds, 7, ['7'], { toString: () => '7' }, null, undefined])('refuses %j as an id', (hostile) => {
    const id = hostile as string;
    const invalid = expect.objectContaining({ code: 'invalid_place' });
    expect(() => layout.formUpload(org, { ...file, formId: id })).toThrow(invalid);
    expect(() => layout.formField(org, { ...file, formId: id })).toThrow(invalid);
    expect(() => layout.signature(org, { specialistId: id })).toThrow(invalid);
    expect(() => layout.document(org, { documentId: id, audience: 'admin' })).toThrow(invalid);
    expect(() => layout.incoming(org, { uploadId: id })).toThrow(invalid);
    expect(() => layout.formUpload(org, { ...file, fileName: id })).toThrow(
      expect.objectContaining({ code: 'invalid_file_name' }),
    );
  });

  it.each(['../2', '7/x', '7\\x', 'a\0', '*', '7?', ''.padEnd(250, '7')])('refuses field_ followed by %j', (id) => {
    expect(() => layout.formUpload(org, { ...file, customFieldId: id })).toThrow(
      expect.objectContaining({ code: 'invalid_place' }),
    );
  });

  it.each(['', 'nurse', 'admin.pdf/../x', '__proto__', ['admin']])('refuses %j as an audience', (audience) => {
    expect(() => layout.document(org, { documentId: '9', audience: audience as 'admin' })).toThrow(
      expect.objectContaining({ code: 'invalid_place' }),
    );
  });

  it.each([
    [2026, 0],
    [2026, 13],
    [2026, 1.5],
    [2026, '001'],
    [2026, '1\n'],
    [2026, ''],
    [1999, 1],
    [3000, 1],
    ['02026', 1],
    ['2026/..', 1],
    [Number.NaN, 1],
    [[2026], 1],
    [2026, [1]],
    [null, 1],
  ])('refuses %j, %j as a month', (year, month) => {
    expect(() => layout.auditMonth(org, { year: year as number, month: month as number })).toThrow(
      expect.objectContaining({ code: 'invalid_place' }),
    );
  });

  it.each([undefined, '', '01', '1/../2', '*'])('refuses %j as an organisation, even one that was cast', (value) => {
    const cast = value as never;
    const invalid = expect.objectContaining({ code: 'invalid_org' });
    expect(() => layout.formUpload(cast, file)).toThrow(invalid);
    expect(() => layout.formField(cast, file)).toThrow(invalid);
    expect(() => layout.logo(cast)).toThrow(invalid);
    expect(() => layout.auditMonth(cast, { year: 2026, month: 1 })).toThrow(invalid);
    expect(() => layout.incoming(cast, { uploadId: 'x' })).toThrow(invalid);
  });
});

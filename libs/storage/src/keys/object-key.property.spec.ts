import fc from 'fast-check';
import { anyCharacter } from '../../test/any-character.kit.js';
import { runs } from '../../test/long.js';
import { layout } from './layout.js';
import {
  belongsToFolder,
  belongsToOrg,
  orgScopedKey,
  prefixBelongsToOrg,
  type KeyPrefix,
  type ObjectKey,
} from './object-key.js';
import { parseOrgId } from './org-id.js';

const one = parseOrgId('1');

/** Ids that are prefixes of one another. */
const org = fc.constantFrom('1', '11', '111', '12', '2', '9223372036854775807').map(parseOrgId);
const hostile = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({
    unit: fc.constantFrom('.', '..', '/', '\\', '%', '2e', '2f', ';', '1', '11', ' ', '\0', '${', '?', '*', 'a', 'e\u0301', '\uff0e', '\uff0f', '\u202e', '\u200d', '#', '+', '&', "'", 'uploads', 'incoming', 'audit-archive'), // prettier-ignore
    maxLength: 12,
  }),
);
const area = fc.constantFrom('uploads', 'signatures', 'documents', 'templates', 'custom/invoices');
const anyPath = fc.oneof(
  hostile,
  fc.tuple(area, fc.array(hostile, { minLength: 1, maxLength: 4 })).map(([first, rest]) => [first, ...rest].join('/')),
);

/** The result, or the code of the error that came out instead. */
function outcomeOf<T>(make: () => T): T | { code: string } {
  try {
    return make();
  } catch (error) {
    return error as { code: string };
  }
}

/** How the SDK writes a key into a URL. */
const encoded = (key: string) =>
  key
    .split('/')
    .map((part) => encodeURIComponent(part).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`))
    .join('/');

describe('an object key, whatever goes in', () => {
  it('of one organisation belongs to no other', () => {
    const key = fc.oneof(
      fc.tuple(org, anyPath).map(([id, path]) => `${id}/${path}`),
      fc.tuple(fc.constantFrom('incoming', 'audit-archive'), org, hostile).map((parts) => parts.join('/')),
      org.map((id) => layout.auditMonth(id, { year: 2026, month: 1 })),
      hostile,
    );
    fc.assert(
      fc.property(key, org, org, (text, a, b) => {
        fc.pre(a !== b);
        expect(belongsToOrg(text, a) && belongsToOrg(text, b)).toBe(false);
        expect(prefixBelongsToOrg(text, a) && prefixBelongsToOrg(text, b)).toBe(false);
      }),
      { numRuns: runs(300, 1000) },
    );
  });

  it('belongs to what a list of a folder shows exactly where it belongs to the organisation', () => {
    const folders = ['1/', '1/uploads/', '1/uploads/forms/7/field_3/', '1/custom/', '1/custom/invoices/', 'incoming/1/', 'audit-archive/1/2026/', '11/uploads/', `1/uploads/${'é'.repeat(120)}/${'a/'.repeat(28)}`, `1/uploads/${`${'é'.repeat(120)}/`.repeat(4)}`, `1/uploads/${`${'é'.repeat(120)}/`.repeat(3)}${'a'.repeat(60)}/`, '1/uploads/co'] as KeyPrefix[]; // prettier-ignore
    const name = fc.oneof(
      fc.constantFrom('scan-1.pdf', 'Größe (2).pdf', 'x'.repeat(128), 'é'.repeat(120), 'é'.repeat(127), 'n'),
      hostile,
    );
    fc.assert(
      fc.property(
        org,
        fc.constantFrom(...folders),
        fc.oneof(name, anyPath),
        fc.boolean(),
        (id, folder, rest, within) => {
          const key = within ? folder + rest : rest;
          expect(belongsToFolder(id, folder)(key)).toBe(belongsToOrg(key, id));
        },
      ),
      { numRuns: runs(1000, 5000) },
    );
  });

  it('starts with the right organisation, or an error comes out', () => {
    fc.assert(
      fc.property(org, anyPath, hostile, hostile, (id, path, a, b) => {
        const made: [string, ObjectKey | { code: string }][] = [
          [`${id}/`, outcomeOf(() => orgScopedKey(id, path))],
          [
            `${id}/uploads/forms/`,
            outcomeOf(() => layout.formUpload(id, { formId: a, customFieldId: b, fileName: a })),
          ],
          [`${id}/signatures/specialists/`, outcomeOf(() => layout.signature(id, { specialistId: a }))],
          [`${id}/documents/`, outcomeOf(() => layout.document(id, { documentId: a, audience: 'admin' }))],
          [`incoming/${id}/`, outcomeOf(() => layout.incoming(id, { uploadId: a }))],
        ];
        for (const [start, outcome] of made) {
          const key = typeof outcome === 'string' ? outcome : `error ${outcome.code}`;
          const fine = key.startsWith(start) && belongsToOrg(key, id);
          expect(fine || /^error invalid_(key|place|file_name)$/.test(key)).toBe(true);
        }
      }),
      { numRuns: runs(300, 1000) },
    );
  });

  it('has the shape of its place, whatever the ids', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (formId, customFieldId, fileName) => {
        const key = outcomeOf(() => layout.formUpload(one, { formId, customFieldId, fileName }));
        fc.pre(typeof key === 'string');
        const segments = [formId, `field_${customFieldId}`, fileName].map((text) => text.normalize('NFC'));
        expect(String(key).split('/')).toEqual(['1', 'uploads', 'forms', ...segments]);
      }),
      { numRuns: runs(300, 1000) },
    );
  });

  it('is not changed by a URL parser', () => {
    fc.assert(
      fc.property(org, anyPath, (id, path) => {
        const key = outcomeOf(() => orgScopedKey(id, path));
        fc.pre(typeof key === 'string');
        const pathStyle = new URL(`http://h/bucket/${encoded(String(key))}?x-id=GetObject`).pathname;
        const virtualHost = new URL(`http://bucket.h/${encoded(String(key))}`).pathname;
        expect(decodeURIComponent(pathStyle)).toBe(`/bucket/${key}`);
        expect(decodeURIComponent(virtualHost)).toBe(`/${key}`);
        expect(String(key).normalize('NFC')).toBe(key);
      }),
      { numRuns: runs(300, 1000) },
    );
  });
});

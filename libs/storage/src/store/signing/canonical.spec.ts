import fc from 'fast-check';
import { runs } from '../../../test/long.js';
import { canonicalQuery, escape, escapePath } from './canonical.js';
import { readRequest } from '../object-requests.js';

const text = fc.string({ unit: 'grapheme', maxLength: 30 });

test('what stays as it is in a query is what RFC 3986 calls unreserved, and it can be read back', () => {
  fc.assert(
    fc.property(fc.oneof(text, fc.string({ unit: fc.constantFrom(...`!'()*~-._ %+/ä`) })), (value) => {
      expect(escape(value)).toMatch(/^(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*$/);
      expect(decodeURIComponent(escape(value))).toBe(value);
      expect(escapePath(value)).toBe(value.split('/').map(escape).join('/'));
    }),
  );
});

/** Often like those that the module makes, and often nearly so. */
const disposition = fc
  .tuple(
    fc.constantFrom('inline', 'attachment', 'Inline', ''),
    fc.constantFrom('; filename="', ';filename="', '"'),
    fc.oneof(fc.constantFrom('scan-1.pdf', 'a b.pdf', "a'b.pdf", 'a"b.pdf', 'ä.pdf', ''), text),
    fc.constantFrom('"', '', "\"; filename*=UTF-8''%C3%A4.pdf", '"\n'),
  )
  .map((parts) => parts.join(''));

test("a read's query, which is written out for speed, is the canonical one", () => {
  fc.assert(
    fc.property(text, fc.oneof(text, disposition), text, (contentType, contentDisposition, cacheControl) => {
      expect(readRequest({ contentType, contentDisposition, cacheControl }).query).toBe(
        canonicalQuery({
          'response-content-type': contentType,
          'response-content-disposition': contentDisposition,
          'response-cache-control': cacheControl,
        }),
      );
    }),
    { numRuns: runs(500, 2000) },
  );
});

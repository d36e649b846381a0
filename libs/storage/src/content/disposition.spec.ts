import { parse } from 'content-disposition';
import fc from 'fast-check';
import { acceptedType } from './accepted-types.js';
import { contentDisposition } from './disposition.js';

const pdf = acceptedType('application/pdf');

describe('Content-Disposition', () => {
  it.each([
    ['application/pdf', 'inline', 'inline'],
    ['image/png', 'inline', 'inline'],
    ['image/png', 'attachment', 'attachment'],
    ['text/plain', 'inline', 'attachment'],
    ['application/msword', 'inline', 'attachment'],
  ] as const)('of %s asked for %s is %s', (mime, wanted, given) => {
    expect(contentDisposition(acceptedType(mime), 'a.x', wanted)).toBe(`${given}; filename="a.x"`);
  });

  it('of an unknown type is a download', () => {
    expect(contentDisposition(undefined, 'a.html', 'inline')).toMatch(/^attachment;/);
  });

  it.each([
    ['a "b" \\c.pdf', `attachment; filename="a -b- -c.pdf"; filename*=UTF-8''a%20%22b%22%20%5Cc.pdf`],
    ['café.pdf', `attachment; filename="caf-.pdf"; filename*=UTF-8''caf%C3%A9.pdf`],
    ['50%20.pdf', `attachment; filename="50-20.pdf"; filename*=UTF-8''50%2520.pdf`],
    ['a\r\nSet-Cookie: x=1.pdf', 'attachment; filename="aSet-Cookie: x=1.pdf"'],
    ['annexe\u202efdp.exe', 'attachment; filename="annexefdp.exe"'],
  ])('escapes %j', (name, header) => {
    expect(contentDisposition(pdf, name, 'attachment')).toBe(header);
  });

  it('is a legal header that names no folder, whatever the name', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom(...'"\\/%2f;\r\n\u202e'),
            fc.nat(0xffff).map((code) => String.fromCharCode(code)),
          ),
        }),
        (name) => {
          const header = contentDisposition(pdf, name, 'attachment');
          expect(header).toMatch(/^attachment; filename="[ !#-.0-[\]-~]*"(; filename\*=UTF-8''[!#$&+.\w^`|~%-]*)?$/);
        },
      ),
    );
  });

  it('gives every printable name back exactly', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom('é', '日', '"', '%', '2', '0', ';', "'"),
            fc.string({ minLength: 1, maxLength: 1 }),
          ),
        }),
        (name) => {
          expect(parse(contentDisposition(pdf, name, 'attachment')).parameters['filename']).toBe(name);
        },
      ),
    );
  });
});

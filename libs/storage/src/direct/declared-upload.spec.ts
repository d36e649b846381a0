import { admitted, requireUser, type DeclaredUpload } from './declared-upload.js';

const hash = 'a'.repeat(64);
const invalid = expect.objectContaining({ code: 'invalid_request' });

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a text', 'size'],
  ['no size', {}],
  ['a size as text', { size: '5' }],
  ['a list of sizes', { size: [5] }],
  ['a hash in a list', { size: 5, sha256: [hash] }],
  ['a hash as an object', { size: 5, sha256: { toString: () => hash } }],
  ['another method', { size: 5, method: 'DELETE' }],
  ['a method in a list', { size: 5, method: ['PUT'] }],
  ['multipart as text', { size: 5, multipart: 'false' }],
])('to declare %s is a bad request', (_what, declared) => {
  expect(() => admitted(declared as DeclaredUpload, 100)).toThrow(invalid);
});

test('a hash in hexadecimal or base64 is the same one', () => {
  const base64 = Buffer.from(hash, 'hex').toString('base64');
  expect(admitted({ size: 5, sha256: base64, method: 'PUT', multipart: false }, 100)).toEqual({
    size: 5,
    sha256: hash,
  });
});

test.each([
  ['half a pair', '\ud800'],
  ['a number', 5],
  ['null', null],
  ['too long', 'é'.repeat(171)],
])('a user who is %s is a bad request', (_what, by) => {
  expect(() => requireUser(by)).toThrow(invalid);
});

test.each([undefined, 'ada', 'ș/ț\n"', 'é'.repeat(170)])('%j is a user', (by) => {
  expect(() => requireUser(by)).not.toThrow();
});

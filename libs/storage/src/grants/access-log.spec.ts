import { appSession, jsonLine, textLine, type Logged } from '../../test/bucket-kits/access-log.kit.js';
import { grantOfUpload } from '../store/signing/grant.js';
import { loggedRequest, malformed } from './access-log.js';

const grant = 'Zm-b_r3J0oKq7Xw9A1sT-g';
const signed = 'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20261127&X-Amz-Signature=0a';
const uuid = '5e3f0d7c-1f6b-4c58-9d4e-5a8a5f0f9a11';
const read = { operation: 'REST.GET.OBJECT', requester: appSession, isServed: true };
const post = { operation: 'REST.POST.OBJECT', uri: '/' };

const lines: [string, Logged, object | undefined][] = [
  ['a read by a URL', { uri: `/1/a?${signed}&x-grant=${grant}&x-id=GetObject` }, { ...read, isByUrl: true, grant }],
  ['a read by a URL without grant', { uri: `/1/a?${signed}` }, { ...read, isByUrl: true }],
  ['a read in headers', { uri: '/1/a?x-id=GetObject' }, { ...read, isByUrl: false }],
  ['a read by nobody', { uri: '/1/a', requester: '-' }, { ...read, requester: '-', isByUrl: false }],
  ['a refusal', { uri: `/1/a?${signed}&x-grant=${grant}`, status: 403 }, { ...read, isServed: false, isByUrl: true, grant }], // prettier-ignore
  ['a copy that is current', { uri: `/1/a?${signed}&x-grant=${grant}`, status: 304 }, { ...read, isByUrl: true, grant }], // prettier-ignore
  ['a part of a file', { uri: `/1/a?x-grant=${grant}`, status: 206 }, { ...read, isByUrl: false, grant }],
  ['a grant that is none', { uri: `/1/a?${signed}&x-grant=${'a'.repeat(5000)}` }, { ...read, isByUrl: true, grant: malformed }], // prettier-ignore
  ['a name that ends in it', { uri: `/1/a?${signed}&not-x-grant=${grant}` }, { ...read, isByUrl: true }],
  ['a path that has it', { uri: `/1/x-grant=${grant}?${signed}` }, { ...read, isByUrl: true }],
  ['a form', { ...post, key: `incoming/1/${uuid}` }, { ...read, operation: post.operation, isByUrl: false, grant: grantOfUpload(uuid) }], // prettier-ignore
  ['a form, escaped', { ...post, key: `incoming%252F1%252F${uuid}` }, { ...read, operation: post.operation, isByUrl: false, grant: grantOfUpload(uuid) }], // prettier-ignore
  ['a form for another place', { ...post, key: `1/${uuid}` }, { ...read, operation: post.operation, isByUrl: false }],
];

test.each(lines)('%s, in either format', (_name, logged, expected) => {
  expect(loggedRequest(textLine(logged))).toEqual(expected);
  expect(loggedRequest(jsonLine(logged))).toEqual(expected);
  expect(loggedRequest(`2026-11-27T10:00:00.000Z ${jsonLine(logged)}`)).toEqual(expected);
});

test.each([
  ['', 'nothing'],
  ['{"operation":', 'half a record'],
  ['{"eventName":"GetObject"}', 'a record of another log'],
  ['null', 'no record'],
  [textLine({ uri: '/1/a' }).slice(0, 150), 'half a line'],
  ['127.0.0.1 - - [27/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5', 'the log of a web server'],
  [textLine({ uri: `/1/a" 200 - x-grant=${grant}` }).replace('"GET', 'GET'), 'marks in the wrong place'],
])('%j is %s and no request', (line) => {
  expect(loggedRequest(line)).toBeUndefined();
});

test('who puts marks and spaces into an address does not write a line', () => {
  const forged = loggedRequest(textLine({ uri: `/1/a?x-grant=${grant}" 200`, status: 403 }));
  expect(forged?.isServed ?? false).toBe(false);
});

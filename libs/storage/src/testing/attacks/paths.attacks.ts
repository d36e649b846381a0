import type { Attack, Outcome } from './attack.js';

type Case = [name: string, path: string, status: number, code: string, from?: string[]];

const field = '{fieldOfA}';
const traversal = ['CWE-22', 'CVE-2026-33195'];
const long = 'a'.repeat(300);

const cases: readonly Case[] = [
  ['dots', `${field}/files/..`, 400, 'invalid_file_name'],
  ['one dot', `${field}/files/.`, 400, 'invalid_file_name'],
  ['encoded dots', `${field}/files/%2e%2e`, 400, 'invalid_file_name'],
  ['twice encoded dots', `${field}/files/%252e%252e`, 400, 'invalid_file_name', ['CWE-174']],
  ['an encoded path', `${field}/files/..%2f..%2f{orgB}%2fx.png`, 400, 'invalid_file_name'],
  ['a twice encoded path', `${field}/files/..%252fx.png`, 400, 'invalid_file_name', ['CWE-174']],
  ['an absolute path', `${field}/files/%2fetc%2fpasswd`, 400, 'invalid_file_name', ['CWE-36']],
  ['an overlong slash', `${field}/files/..%25c0%25afx.png`, 400, 'invalid_file_name', ['CWE-173']],
  ['a full-width slash', `${field}/files/a%EF%BC%8Fb.png`, 400, 'invalid_file_name', ['CWE-176']],
  ['a backslash', `${field}/files/..%5cx.png`, 400, 'invalid_file_name'],
  ['an empty name', `${field}/files/%20`, 400, 'invalid_file_name'],
  ['NUL', `${field}/files/x%00.png`, 400, 'invalid_file_name', ['CWE-158']],
  ['CR and LF', `${field}/files/x%0d%0aSet-Cookie:a.png`, 400, 'invalid_file_name', ['CWE-113']],
  ['300 bytes', `${field}/files/${long}.png`, 400, 'invalid_file_name'],
  ['300 bytes of three each', `${field}/files/${'%E2%82%AC'.repeat(100)}.png`, 400, 'invalid_file_name'],
  ['dots as a form', '/api/forms/../fields/3/files/x.png', 400, 'invalid_place'],
  ['encoded dots as a form', '/api/forms/%2e%2e/fields/3/files/x.png', 400, 'invalid_place'],
  ['a path as a form', '/api/forms/7%2f..%2f..%2f{orgB}/fields/3/files/x.png', 400, 'invalid_place'],
  ['NUL as a field', '/api/forms/7/fields/3%00/files/x.png', 400, 'invalid_place', ['CWE-158']],
  ['an overlong form', `/api/forms/${'7'.repeat(1100)}/fields/3/files/x.png`, 400, 'invalid_place'],
  ['an id of 256 bytes', `/api/forms/7/fields/${'3'.repeat(256)}/files/x.png`, 400, 'invalid_place'],
  ['a path as a specialist', '/api/specialists/5%2f..%2f6/signature', 400, 'invalid_place'],
  ['dots as a document', '/api/documents/../patient', 400, 'invalid_place'],
  ['an audience that there is not', '/api/documents/9/nurse', 400, 'invalid_place'],
  ['a broken encoding', `${field}/files/%E0%A4%A`, 400, 'invalid_request'],
  ['half a surrogate', `${field}/files/%ED%A0%80.png`, 400, 'invalid_request', ['CWE-176']],
  ['no name', `${field}/files/`, 404, 'not_found'],
  ['a path climbing out', '/api/forms/7/../../{orgB}/uploads/x.png', 404, 'not_found'],
  ['two slashes', `${field}//files/x.png`, 404, 'not_found'],
];

const refusedBy = (status: number, code: string): Outcome['refusedBy'] =>
  status === 404 || code === 'invalid_request' ? 'router' : 'keys';

/** Names and ids that would change the key. */
export const pathAttacks: readonly Attack[] = cases.map(([name, url, status, code, from = traversal]) => ({
  name: `path: ${name}`,
  area: 'path',
  tries: 'to write where the path does not lead',
  sends: [
    { to: 'api', as: 'a', method: 'PUT', url, headers: { 'content-type': 'image/png' }, body: { file: 'as declared' } },
  ],
  must: { refusedBy: refusedBy(status, code), status, code },
  from,
}));

/** What an id in a path may be dressed up as, with `{id}` of A and `{orgA}`: for routes whose meaning is not known. */
export const idTricks: readonly string[] = [
  '..%2f{orgA}%2f{id}',
  '%2e%2e%2f{orgA}%2f{id}',
  '{orgA}%2f{id}',
  '{id}%00',
  '{id}%2f',
];

import type { Attack, Step } from './attack.js';

/** Headers that other applications take an organisation or more rights from; the value is A's organisation. */
export const lureHeaders: readonly string[] = [
  'x-org-id',
  'x-organization-id',
  'x-organisation-id',
  'x-tenant-id',
  'x-tenant',
  'x-account-id',
  'x-clinic-id',
  'x-workspace-id',
  'org_id',
  'x-amz-meta-org',
];

/** Names of the same in a query and in a body. */
export const lureNames: readonly string[] = [
  'org_id',
  'orgId',
  'org',
  'organizationId',
  'organisationId',
  'tenant',
  'tenantId',
  'clinicId',
  'accountId',
];

const all = (names: readonly string[], value: string) => Object.fromEntries(names.map((name) => [name, value]));
const query = lureNames.map((name) => `${name}={orgA}`).join('&');
const list = '{fieldOfA}/files';

const lure = (
  name: string,
  tries: string,
  step: Partial<Step>,
  from: readonly string[],
  must: Attack['must'],
): Attack => ({
  name: `lure: ${name}`,
  area: 'lure',
  tries,
  sends: [{ to: 'api', as: 'b', method: 'GET', url: list, ...step }],
  must,
  from,
});
const noEffect = { refusedBy: 'nobody', status: 200, note: 'B sees its own list, as without the lure.' } as const;

/** Ways to name another organisation than that of one's token. */
export const lureAttacks: readonly Attack[] = [
  lure('headers', 'to be of A by a header', { headers: all(lureHeaders, '{orgA}') }, ['CWE-290', 'CWE-639'], noEffect),
  lure('a query', 'to be of A by a query', { url: `${list}?${query}` }, ['CWE-639'], noEffect),
  lure(
    'a cookie and a host',
    'to be of A by what a proxy adds',
    { headers: { cookie: 'org_id={orgA}', 'x-forwarded-host': '{orgA}.clinic.example' } },
    ['CWE-290'],
    noEffect,
  ),
  lure(
    'another method, another path',
    'to have a proxy rule pass',
    { headers: { 'x-http-method-override': 'DELETE', 'x-original-url': '{placeOfA}/content' } },
    ['CWE-650'],
    noEffect,
  ),
  lure(
    'a prefix and a cursor',
    'to list from another place',
    { url: `${list}?prefix={orgA}/&cursor={orgA}%2Fuploads%2F` },
    ['CVE-2026-33202', 'CWE-639'],
    { ...noEffect, status: [200, 400] },
  ),
  lure(
    'a body',
    'to begin an upload for A',
    {
      method: 'POST',
      url: '{fieldOfA}/uploads',
      body: { json: { fileName: 'x.png', contentType: 'image/png', size: 10, org_id: '{orgA}' } },
    },
    ['CWE-915'],
    { refusedBy: 'validation', status: 400, code: 'invalid_request' },
  ),
  lure(
    'a path',
    'to name A before the place',
    {
      method: 'PUT',
      url: '/api/{orgA}/forms/7/fields/3/files/x.png',
      headers: { 'content-type': 'image/png' },
      body: { file: 'as declared' },
    },
    ['CWE-639'],
    { refusedBy: 'router', status: 404, code: 'not_found' },
  ),
  lure(
    'a path of organisations',
    'to name A before the place',
    {
      method: 'PUT',
      url: '/api/orgs/{orgA}/forms/7/fields/3/files/x.png',
      headers: { 'content-type': 'image/png' },
      body: { file: 'as declared' },
    },
    ['CWE-639'],
    { refusedBy: 'router', status: 404, code: 'not_found' },
  ),
];

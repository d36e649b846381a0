import type { Attack, Outcome, Step } from './attack.js';

const put = (name: string, tries: string, change: Partial<Step>, from: readonly string[], status = 403): Attack => ({
  name: `write URL: ${name}`,
  area: 'ticket',
  tries,
  sends: [{ to: 'store', as: 'nobody', method: 'PUT', url: '{writeUrlOfA}', body: { file: 'as declared' }, ...change }],
  must: { refusedBy: 'store', status },
  from,
});

const unsigned = ['GHSA-g8w9-qw9q-fghr', 'CWE-345'];

/** A PUT ticket of A: its URL is good for one request, to the letter. */
export const writeUrlAttacks: readonly Attack[] = [
  put('a byte more', 'to store more than was counted', { body: { file: 'a byte more' } }, ['CVE-2020-8162', 'CWE-770']),
  put('a byte less', 'to store less than was declared', { body: { file: 'a byte less' } }, ['CVE-2020-8162']),
  put('another type', 'to store a page as a picture', { headers: { 'content-type': 'text/html' } }, [
    'CVE-2024-29409',
    'CWE-434',
  ]),
  put('no type', 'to have the store choose one', { headers: { 'content-type': null } }, ['CWE-434']),
  put(
    'a copy of a foreign object',
    'to have the store copy what one may not read',
    { headers: { 'x-amz-copy-source': '{bucket}/{keyOfB}' } },
    ['CVE-2026-54330', 'CVE-2026-39360', 'CWE-639'],
  ),
  put('a public ACL', 'to make it readable for everybody', { headers: { 'x-amz-acl': 'public-read' } }, ['CWE-732']),
  put('no ACL', 'to have the bucket choose one', { headers: { 'x-amz-acl': null } }, ['CWE-732']),
  put('no encryption', 'to store it in the clear', { headers: { 'x-amz-server-side-encryption': null } }, [
    'GHSA-xrrf-67jm-3c2r',
    'CWE-311',
  ]),
  put('metadata of its own', 'to set what only the server sets', { headers: { 'x-amz-meta-upload-id': 'x' } }, [
    'CVE-2026-33173',
    ...unsigned,
  ]),
  put(
    'a tag of its own',
    'to pass for something that was scanned',
    { headers: { 'x-amz-tagging': 'scan=clean' } },
    unsigned,
  ),
  put(
    'a redirect of its own',
    'to lead readers elsewhere',
    { headers: { 'x-amz-website-redirect-location': 'https://attacker.example/' } },
    ['CWE-601', ...unsigned],
  ),
  put(
    'a storage class of its own',
    'to make it slow or costly',
    { headers: { 'x-amz-storage-class': 'GLACIER' } },
    unsigned,
  ),
  put('overwriting allowed', 'to replace what was sent already', { headers: { 'if-none-match': null } }, ['CWE-367']),
  put(
    "another organisation's place",
    'to leave it in a foreign quarantine',
    { changes: [{ replace: '/incoming/{orgA}/', with: '/incoming/{orgB}/' }] },
    ['CWE-639', 'HackerOne #93691'],
  ),
  put(
    'past the quarantine',
    'to have it read unverified',
    { changes: [{ replace: '/incoming/{orgA}/', with: '/{orgA}/' }] },
    ['CWE-434'],
  ),
  put('a longer life', 'to send it tomorrow', { changes: [{ parameter: 'X-Amz-Expires', set: '3000' }], later: 301 }, [
    'CWE-613',
  ]),
  put('after its end', 'to use a leaked one', { later: 301 }, ['CWE-613']),
  put('used to read', 'to read with a right to write', { method: 'GET' }, ['supabase/storage#1135', 'CWE-650']),
  put('used to delete', 'to remove with a right to write', { method: 'DELETE' }, ['CWE-650']),
];

const token = { token: '{ticketOfA}' };
const complete: Omit<Step, 'as'> = { to: 'api', method: 'POST', url: '/api/uploads/complete', body: { json: token } };
const sendIt: Step = { to: 'store', as: 'nobody', method: 'PUT', url: '{writeUrlOfA}', body: { file: 'as declared' } };
const completeIt: Step = { ...complete, as: 'a' };
const notFound: Outcome = { refusedBy: 'upload', status: 404, code: 'not_found' };

const ticket = (
  name: string,
  tries: string,
  sends: readonly Step[],
  from: readonly string[],
  must = notFound,
): Attack => ({
  name: `ticket: ${name}`,
  area: 'ticket',
  tries,
  sends,
  must,
  from,
});

/** The token of A's ticket, which is for whoever began it and for one upload. */
export const ticketAttacks: readonly Attack[] = [
  ticket(
    'completed by another organisation',
    "to make a neighbour's upload one's own",
    [sendIt, { ...complete, as: 'b' }],
    ['CWE-639'],
  ),
  ticket(
    'completed by a colleague',
    'to finish what somebody else began',
    [sendIt, { ...complete, as: 'colleague' }],
    ['CWE-639'],
  ),
  ticket('completed by nobody', 'to finish it without a token', [sendIt, { ...complete, as: 'nobody' }], ['CWE-306'], {
    refusedBy: 'sign-in',
    status: 401,
    code: 'unauthorized',
  }),
  ticket(
    'signed for another organisation',
    "to have a write URL into a neighbour's upload",
    [{ ...complete, as: 'b', url: '/api/uploads/sign', body: { json: { ...token, method: 'PUT' } } }],
    ['supabase/storage#1391', 'CWE-639'],
  ),
  ticket(
    'given up by another organisation',
    "to stop a neighbour's upload",
    [sendIt, { ...complete, as: 'b', method: 'DELETE', url: '/api/uploads' }],
    ['CWE-639'],
  ),
  ticket(
    'altered',
    'to change what the token says',
    [{ ...complete, as: 'a', body: { json: { token: '{ticketOfA}x' } } }],
    ['CWE-347'],
    { refusedBy: 'upload', status: 400, code: 'invalid_token' },
  ),
  ticket('completed with nothing sent', 'to have a file that is none', [completeIt], ['CWE-354']),
  ticket(
    'other bytes after completion',
    'to replace what was verified',
    [sendIt, completeIt, { ...sendIt, headers: { 'if-none-match': null }, body: { file: 'other bytes' } }],
    ['CWE-367'],
    { refusedBy: 'store', status: 403 },
  ),
  ticket(
    'a step signed after completion',
    'to open it again',
    [sendIt, completeIt, { ...completeIt, url: '/api/uploads/sign', body: { json: { ...token, method: 'PUT' } } }],
    ['CWE-672'],
  ),
  ticket(
    'sent again after completion, file deleted',
    'to bring back what an admin removed',
    [sendIt, completeIt, { to: 'api', as: 'a', method: 'DELETE', url: '{placeOfTicket}' }, { ...sendIt }, completeIt],
    ['CWE-672'],
  ),
];

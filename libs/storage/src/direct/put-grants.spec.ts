import { follow, send } from '../../test/http.js';
import { testNeeding } from '../../test/needs.js';
import {
  bytes,
  foreignKey,
  other,
  otherHash,
  sha256,
  startWriteGrants,
  type Attack,
  type Ticket,
} from '../../test/file-kits/write-grants.kit.js';

const { storage, begin, attack, expectRefusal, later, resetClock, close } = await startWriteGrants();
type Put = Ticket<'PUT'>;

afterEach(resetClock);
afterAll(close);

const put = (
  ticket: Put,
  change: { url?: string; headers?: Record<string, string | undefined>; body?: Uint8Array } = {},
) => {
  const headers = Object.entries({ ...ticket.headers, ...change.headers }).filter(([, value]) => value !== undefined);
  return send('PUT', change.url ?? ticket.url, {
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: change.body ?? bytes,
  });
};

const putAttacks: Attack<Put>[] = [
  ['a byte more', (t) => put(t, { body: Buffer.concat([bytes, Buffer.from('!')]) }), 403],
  ['a byte less', (t) => put(t, { body: bytes.subarray(1) }), 403],
  ['no length at all', (t) => put(t, { headers: { 'transfer-encoding': 'chunked' } }), 403],
  ['another type', (t) => put(t, { headers: { 'content-type': 'text/html' } }), 403],
  ['no type', (t) => put(t, { headers: { 'content-type': undefined } }), 403],
  [
    'another key of the organisation',
    (t) => put(t, { url: t.url.replace(/incoming\/1\/[^?]+/, '1/uploads/forms/1/field_1/x.pdf') }),
    403,
  ],
  ["another organisation's incoming", (t) => put(t, { url: t.url.replace('/incoming/1/', '/incoming/11/') }), 403],
  ['another method', (t) => send('DELETE', t.url, { headers: t.headers }), 403],
  ['reading with it', (t) => send('GET', t.url, { headers: t.headers }), 403],
  ['no encryption', (t) => put(t, { headers: { 'x-amz-server-side-encryption': undefined } }), 403],
  ['another encryption', (t) => put(t, { headers: { 'x-amz-server-side-encryption': 'aws:kms' } }), 403],
  ['no ACL', (t) => put(t, { headers: { 'x-amz-acl': undefined } }), 403],
  ['a public ACL', (t) => put(t, { headers: { 'x-amz-acl': 'public-read' } }), 403],
  ['metadata of its own', (t) => put(t, { headers: { 'x-amz-meta-upload-id': 'x' } }), 403, 'refusesUnsignedHeaders'],
  ['a tag of its own', (t) => put(t, { headers: { 'x-amz-tagging': 'a=b' } }), 403, 'refusesUnsignedHeaders'],
  [
    'a redirect of its own',
    (t) => put(t, { headers: { 'x-amz-website-redirect-location': 'https://evil.example/' } }),
    403,
    'refusesUnsignedHeaders',
  ],
  [
    'a storage class of its own',
    (t) => put(t, { headers: { 'x-amz-storage-class': 'GLACIER' } }),
    403,
    'refusesUnsignedHeaders',
  ],
  [
    'a copy of a foreign object',
    (t) => put(t, { headers: { 'x-amz-copy-source': `${storage.bucket}/${foreignKey}` } }),
    403,
  ],
  ['overwriting allowed', (t) => put(t, { headers: { 'if-none-match': undefined } }), 403, 'conditionalWrites'],
  ['another hash', (t) => put(t, { headers: { 'x-amz-checksum-sha256': otherHash } }), 403, 'checksums'],
  ['no hash', (t) => put(t, { headers: { 'x-amz-checksum-sha256': undefined } }), 403, 'checksums'],
  ['other bytes of the same length', (t) => put(t, { body: other('%PDF-1.7 other') }), 400, 'checksums'],
  [
    'a longer life',
    (t) => (later(), put(t, { url: t.url.replace('X-Amz-Expires=300', 'X-Amz-Expires=3000') })),
    403,
    'embedded server',
  ],
  ['after five minutes', (t) => (later(), put(t)), 403, 'embedded server'],
];

for (const [name, run, status, ...needs] of putAttacks) {
  testNeeding(storage, ...needs)(`PUT, ${name}: refused by the store`, async () => {
    expectRefusal(await attack(await begin('PUT', { sha256 }), run), status);
  });
}

testNeeding(storage, 'conditionalWrites')(
  'a second use of a PUT finds the object there and changes nothing',
  async () => {
    const ticket = await begin('PUT');
    await follow(ticket, bytes);
    expect((await attack(ticket, (t) => put(t, { body: other('%PDF-1.7 swapped') }))).status).toBe(412);
  },
);

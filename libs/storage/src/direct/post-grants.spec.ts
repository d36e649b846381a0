import { formOf, send } from '../../test/http.js';
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
type Post = Ticket<'POST'>;

afterEach(resetClock);
afterAll(close);

const post = (
  ticket: Post,
  change: { url?: string; fields?: Record<string, string | undefined>; body?: Uint8Array } = {},
) => {
  const fields = Object.entries({ ...ticket.fields, ...change.fields }).filter(([, value]) => value !== undefined);
  return send(
    'POST',
    change.url ?? ticket.url,
    formOf(Object.fromEntries(fields) as Record<string, string>, change.body ?? bytes),
  );
};

const postAttacks: Attack<Post>[] = [
  ['a byte more', (t) => post(t, { body: Buffer.concat([bytes, Buffer.from('!')]) }), 400],
  ['a byte less', (t) => post(t, { body: bytes.subarray(1) }), 400],
  ['another type', (t) => post(t, { fields: { 'Content-Type': 'text/html' } }), 403],
  ['no type', (t) => post(t, { fields: { 'Content-Type': undefined } }), 403],
  ['another key of the organisation', (t) => post(t, { fields: { key: '1/uploads/forms/1/field_1/x.pdf' } }), 403],
  [
    "another organisation's incoming",
    (t) => post(t, { fields: { key: t.fields['key']?.replace('/1/', '/11/') } }),
    403,
  ],
  ['a key with the file name in it', (t) => post(t, { fields: { key: 'incoming/1/${filename}' } }), 403],
  ['no encryption', (t) => post(t, { fields: { 'x-amz-server-side-encryption': undefined } }), 403],
  ['another encryption', (t) => post(t, { fields: { 'x-amz-server-side-encryption': 'aws:kms' } }), 403],
  ['no ACL', (t) => post(t, { fields: { acl: undefined } }), 403],
  ['a public ACL', (t) => post(t, { fields: { acl: 'public-read' } }), 403],
  ['metadata of its own', (t) => post(t, { fields: { 'x-amz-meta-upload-id': 'x' } }), 403],
  ['a tag of its own', (t) => post(t, { fields: { tagging: '<Tagging><TagSet/></Tagging>' } }), 403],
  ['a redirect of its own', (t) => post(t, { fields: { success_action_redirect: 'https://evil.example/' } }), 403],
  [
    'a copy of a foreign object',
    (t) => post(t, { fields: { 'x-amz-copy-source': `${storage.bucket}/${foreignKey}` } }),
    403,
  ],
  ['another hash', (t) => post(t, { fields: { 'x-amz-checksum-sha256': otherHash } }), 403, 'checksums'],
  ['no hash', (t) => post(t, { fields: { 'x-amz-checksum-sha256': undefined } }), 403, 'checksums'],
  ['other bytes of the same length', (t) => post(t, { body: other('%PDF-1.7 other') }), 400, 'checksums'],
  ['an altered policy', (t) => post(t, { fields: { Policy: altered(t.fields['Policy'] ?? '') } }), 403],
  ['no policy', (t) => post(t, { fields: { Policy: undefined } }), 403],
  ['after five minutes', (t) => (later(), post(t)), 403, 'embedded server'],
];

const altered = (policy: string) =>
  Buffer.from(
    Buffer.from(policy, 'base64')
      .toString()
      .replace(/"content-length-range",\d+,\d+/, '"content-length-range",0,999999999'),
  ).toString('base64');

for (const [name, run, status, ...needs] of postAttacks) {
  testNeeding(
    storage,
    'postPolicy',
    ...needs,
  )(`POST, ${name}: refused by the store`, async () => {
    expectRefusal(await attack(await begin('POST', { sha256 }), run), status);
  });
}

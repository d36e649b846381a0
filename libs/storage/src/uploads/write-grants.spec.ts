import { Test } from '@nestjs/testing';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { FormUploadsService } from '../domains/form-uploads.service.js';
import { parseOrgId } from '../keys/org-id.js';
import { StorageModule } from '../storage.module.js';
import { follow, formOf, send, type Reply } from '../../test/http.js';
import { testNeeding, type Need } from '../../test/needs.js';
import { startTestStorage } from '../testing/test-storage.js';
import type { UploadTicket } from './upload-target.js';

const storage = await startTestStorage();
const module = await Test.createTestingModule({ imports: [StorageModule.forRoot(storage.options)] }).compile();
const forms = module.get(FormUploadsService);
const one = parseOrgId('1');
const eleven = parseOrgId('11');
const bytes = Buffer.from('%PDF-1.7\nthe bytes that were promised\n%%EOF\n');
const sha256 = createHash('sha256').update(bytes).digest('hex');
const foreignKey = '11/uploads/forms/1/field_1/theirs.pdf';

type Put = Extract<UploadTicket, { method: 'PUT' }>;
type Post = Extract<UploadTicket, { method: 'POST' }>;
let number = 0;

async function begin<M extends 'PUT' | 'POST'>(method: M, promise: { sha256?: string } = {}) {
  const place = { formId: '201', customFieldId: '7', fileName: `report-${++number}.pdf` };
  const ticket = await forms.beginUpload(
    one,
    place,
    { contentType: 'application/pdf', size: bytes.length, method, ...promise },
    { by: 'p' },
  );
  return ticket as Extract<UploadTicket, { method: M }>;
}

beforeAll(async () => {
  await storage.raw.send(new PutObjectCommand({ Bucket: storage.bucket, Key: foreignKey, Body: bytes }));
});
afterEach(() => {
  if (storage.isEmbedded) storage.s3.clock.reset();
});
afterAll(async () => {
  await module.close();
  await storage.close();
});

/** Runs an attack with a fresh ticket and proves that the bucket is as it was. */
async function attack<T>(ticket: T, run: (ticket: T) => Promise<Reply>): Promise<Reply> {
  const before = await storage.contents();
  const reply = await run(ticket);
  expect(await storage.contents()).toEqual(before);
  return reply;
}

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

/** Other stores refuse with other statuses now and then: what counts there is that they refuse. */
function expectRefusal({ status }: Reply, asS3: number): void {
  if (storage.isEmbedded) expect(status).toBe(asS3);
  expect(Math.floor(status / 100)).toBe(4);
}

const other = (text: string) => Buffer.from(text.padEnd(bytes.length, '!').slice(0, bytes.length));
const otherHash = createHash('sha256').update('other').digest('base64');
const later = () => storage.s3.clock.advance(300_000 + 1_000);

const methods = storage.capabilities.postPolicy ? (['PUT', 'POST'] as const) : (['PUT'] as const);

test('PUT and POST tickets work as they are, and say when they end', async () => {
  for (const method of methods) {
    const ticket = await begin(method, { sha256 });
    const left = ticket.expiresAt.getTime() - Date.now();
    expect(left).toBeGreaterThan(295_000);
    expect(left).toBeLessThanOrEqual(300_000);
    expect((await follow(ticket, bytes)).status).toBe(method === 'PUT' ? 200 : 201);
  }
});

test('a ticket shows neither the final key nor who it is for', async () => {
  const ticket = await begin('PUT');
  expect(JSON.stringify(ticket)).not.toMatch(/uploads\/forms|report-|field_7/);
  expect(new URL(ticket.url).pathname).toMatch(/\/incoming\/1\/[0-9a-f-]{36}$/);
});

/** Name, deed, the status with which S3 refuses it, and what a store must be able to do to refuse it at all. */
type Attack<T> = [string, (ticket: T) => Promise<Reply>, number, ...Need[]];

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

testNeeding(storage, 'conditionalWrites')(
  'a second use of a PUT finds the object there and changes nothing',
  async () => {
    const ticket = await begin('PUT');
    await follow(ticket, bytes);
    expect((await attack(ticket, (t) => put(t, { body: other('%PDF-1.7 swapped') }))).status).toBe(412);
  },
);

test.each(methods)("a %s ticket of another organisation writes to that one's incoming folder", async (method) => {
  const place = { formId: '201', customFieldId: '7', fileName: `own-${method}.pdf` };
  const ticket = await forms.beginUpload(
    eleven,
    place,
    { contentType: 'application/pdf', size: bytes.length, method },
    { by: 'p' },
  );
  expect((await follow(ticket, bytes)).status).toBeLessThan(300);
  const { keys } = await storage.contents();
  expect(keys.filter((key) => key.startsWith('incoming/11/')).length).toBeGreaterThan(0);
});

const promises: [string, object, string][] = [
  ['a size of nothing', { size: 0 }, 'invalid_request'],
  ['a negative size', { size: -1 }, 'invalid_request'],
  ['a fraction', { size: 1.5 }, 'invalid_request'],
  ['a size as text', { size: '10' }, 'invalid_request'],
  ['no size', { size: undefined }, 'invalid_request'],
  ['a byte too many', { size: 262_144_001 }, 'file_too_large'],
  ['a hash that is none', { sha256: 'abc' }, 'invalid_request'],
  ['a type that is not accepted', { contentType: 'text/html' }, 'type_not_accepted'],
  ['a type that is not the name’s', { contentType: 'image/png' }, 'type_not_accepted'],
];

test.each(promises)('no ticket for %s', async (_name, wrong, code) => {
  const place = { formId: '201', customFieldId: '7', fileName: 'x.pdf' };
  const promise = { contentType: 'application/pdf', size: 10, ...wrong } as never;
  await expect(forms.beginUpload(one, place, promise, { by: 'p' })).rejects.toMatchObject({ code });
});

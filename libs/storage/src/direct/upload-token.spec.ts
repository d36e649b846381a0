import { EncryptJWT, SignJWT } from 'jose';
import { createHash } from 'node:crypto';
import { parseOrgId } from '../keys/org-id.js';
import { UploadTokens, type UploadTerms } from './upload-token.js';

const oldSecret = 'o'.repeat(40);
const newSecret = 'n'.repeat(40);
const terms: UploadTerms = {
  uploadId: 'u',
  org: parseOrgId('1'),
  by: 'patient-7',
  purpose: 'form-upload',
  place: { formId: '201' },
  path: 'uploads/forms/201/field_7/secret-name.pdf',
  fileName: 'secret-name.pdf',
  nameInKey: 'secret-name.pdf',
  contentType: 'application/pdf',
  size: 10,
  replaces: false,
  multipart: false,
};

const keyOf = (secret: string) => createHash('sha256').update(`nest-tenant-storage:upload\n${secret}`).digest();
const sealed = (audience: string, expires: string | number) =>
  new EncryptJWT({ promised: terms })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setAudience(audience)
    .setExpirationTime(expires)
    .encrypt(keyOf(newSecret));

test('opens what it sealed, and shows nothing of it', async () => {
  const tokens = new UploadTokens([newSecret]);
  const token = await tokens.seal(terms);
  expect(await tokens.open(token)).toEqual({ ...terms, begunAt: expect.any(Number) as number });
  const visible = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  expect(visible.join()).not.toMatch(/secret-name|patient-7|201/);
});

test('rotation: the first secret seals, all open', async () => {
  const before = new UploadTokens([oldSecret]);
  const during = new UploadTokens([newSecret, oldSecret]);
  const after = new UploadTokens([newSecret]);
  expect(await during.open(await before.seal(terms))).toEqual({
    ...terms,
    begunAt: expect.any(Number) as number,
  });
  expect(await after.open(await during.seal(terms))).toEqual({ ...terms, begunAt: expect.any(Number) as number });
  await expect(after.open(await before.seal(terms))).rejects.toMatchObject({ code: 'invalid_token' });
});

const forged: [string, () => Promise<unknown>][] = [
  ['nothing', async () => undefined],
  ['a number', async () => 7],
  ['an array holding a good one', async () => [await new UploadTokens([newSecret]).seal(terms)]],
  ['empty', async () => ''],
  ['not a token', async () => 'a.b.c.d.e'],
  ['a huge one', async () => 'a'.repeat(20_000)],
  ['expired', () => sealed('nest-tenant-storage:upload', Math.floor(Date.now() / 1000) - 60)],
  ['made for another purpose with the same secret', () => sealed('session', '1h')],
  [
    'a signed one, with the secret as key',
    () =>
      new SignJWT({ promised: terms })
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience('nest-tenant-storage:upload')
        .setExpirationTime('1h')
        .sign(keyOf(newSecret)),
  ],
  [
    'without expiry',
    () =>
      new EncryptJWT({ promised: terms })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setAudience('nest-tenant-storage:upload')
        .encrypt(keyOf(newSecret)),
  ],
];

test.each(forged)('refuses %s', async (_name, make) => {
  await expect(new UploadTokens([newSecret]).open(await make())).rejects.toMatchObject({ code: 'invalid_token' });
});

test('refuses every token with one character changed', async () => {
  const tokens = new UploadTokens([newSecret]);
  const token = await tokens.seal(terms);
  for (const at of [5, token.length >> 1, token.length - 2]) {
    const altered = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
    await expect(tokens.open(altered)).rejects.toMatchObject({ code: 'invalid_token' });
  }
});

test('says which option is missing where there is no secret', async () => {
  await expect(new UploadTokens([]).seal(terms)).rejects.toMatchObject({ code: 'misconfigured' });
});

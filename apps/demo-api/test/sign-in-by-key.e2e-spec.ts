import { SignJWT } from 'jose';
import { generateKeyPairSync } from 'node:crypto';
import { audience, issuer, signByHand, startDemo, type Demo } from './demo.harness.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicPem = publicKey.export({ type: 'spki', format: 'pem' }) as string;

const claims = { org_id: '1', role: 'admin', sub: 'ada', iss: issuer, aud: audience };
const path = '/api/forms/7/fields/3/files';
const soon = () => Math.floor(Date.now() / 1000) + 300;

let demo: Demo;
beforeAll(async () => {
  // The key as environments often mangle it.
  demo = await startDemo({ JWT_ALGORITHM: 'RS256', JWT_PUBLIC_KEY: publicPem.replaceAll('\n', '\\n') });
});
afterAll(() => demo.close());

it('lets in what the private key signed', async () => {
  const token = await new SignJWT({ ...claims, exp: soon() }).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
  expect((await demo.call('GET', path, { token })).status).toBe(200);
});

it.each([
  ['the key as it was made', publicPem],
  ['the key without its last line break', publicPem.trim()],
  ['the key as the environment has it', publicPem.replaceAll('\n', '\\n')],
])('refuses HS256 signed with %s', async (_what, secret) => {
  const token = signByHand({ alg: 'HS256', typ: 'JWT' }, { ...claims, exp: soon() }, secret);
  const answer = await demo.call('GET', path, { token });
  expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
});

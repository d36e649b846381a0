import { exportJWK, SignJWT } from 'jose';
import { once } from 'node:events';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { audience, issuer, signByHand, startDemo, type Demo } from './demo.harness.js';

const path = '/api/forms/7/fields/3/files';
const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 });
const old = pair();
const next = pair();

let published: object[];
let isDown = false;
let keyServer: Server;
let demo: Demo;
beforeAll(async () => {
  keyServer = createServer((_request, response) => {
    response.statusCode = isDown ? 503 : 200;
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ keys: published }));
  }).listen(0, '127.0.0.1');
  await once(keyServer, 'listening');
});
afterAll(async () => {
  keyServer.closeAllConnections();
  await new Promise((resolve) => keyServer.close(resolve));
});

const asPublished = async (kid: string, key: KeyObject) => ({
  ...(await exportJWK(key)),
  kid,
  alg: 'RS256',
  use: 'sig',
});
const start = async () => {
  const { port } = keyServer.address() as AddressInfo;
  demo = await startDemo({ JWT_ALGORITHM: 'RS256', JWT_SECRET: '', JWT_JWKS_URL: `http://127.0.0.1:${port}/keys` });
};
beforeAll(async () => {
  published = [await asPublished('old', old.publicKey), await asPublished('next', next.publicKey)];
});

const tokenBy = (kid: string, key: KeyObject, org = '1') =>
  new SignJWT({ org_id: org, role: 'admin' })
    .setProtectedHeader({ alg: 'RS256', kid })
    .setSubject('ada')
    .setIssuer(issuer)
    .setAudience(audience)
    .setExpirationTime('5m')
    .sign(key);
const statusOf = async (token: string) => (await demo.call('GET', path, { token })).status;

describe('keys that can be had', () => {
  beforeAll(start);
  afterAll(() => demo.close());

  it('two keys are good at once while one takes the place of the other', async () => {
    expect(await statusOf(await tokenBy('old', old.privateKey))).toBe(200);
    expect(await statusOf(await tokenBy('next', next.privateKey, '11'))).toBe(200);
  });

  it.each([
    ['a key of another name', () => tokenBy('other', old.privateKey)],
    ['the wrong key under a good name', () => tokenBy('old', next.privateKey)],
    [
      'HS256 with the public key',
      () => Promise.resolve(signByHand({ alg: 'HS256', kid: 'old' }, { org_id: '1' }, 'x')),
    ],
    [
      'no signature',
      () => Promise.resolve(`${signByHand({ alg: 'none' }, { org_id: '1' }, 'x').split('.').slice(0, 2).join('.')}.`),
    ],
    ['no token', () => Promise.resolve('nonsense')],
  ])('%s is refused', async (_what, token) => {
    expect(await statusOf(await token())).toBe(401);
  });
});

describe('keys that cannot be had', () => {
  beforeAll(() => {
    isDown = true;
    return start();
  });
  afterAll(() => {
    isDown = false;
    return demo.close();
  });

  it('are our trouble, and told as such', async () => {
    const answer = await demo.call('GET', path, { token: await tokenBy('old', old.privateKey) });
    expect([answer.status, answer.json]).toEqual([
      503,
      { statusCode: 503, code: 'unavailable', message: 'Sign-in does not work at the moment. Try again later.' },
    ]);
  });
});

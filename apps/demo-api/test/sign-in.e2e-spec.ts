import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { apartFromDate, audience, issuer, jwtSecret, signByHand, startDemo, type Demo } from './demo.harness.js';

const claims = { org_id: '1', role: 'admin', sub: 'ada', iss: issuer, aud: audience };
const soon = () => Math.floor(Date.now() / 1000) + 300;
const path = '/api/forms/7/fields/3/files';

const sign = (
  payload: JWTPayload,
  { alg = 'HS256', key = Buffer.from(jwtSecret) as Parameters<SignJWT['sign']>[0] } = {},
) => new SignJWT(payload).setProtectedHeader({ alg }).sign(key);

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo();
});
afterAll(() => demo.close());

it('lets a complete token in', async () => {
  expect((await demo.call('GET', path, { token: await sign({ ...claims, exp: soon() }) })).status).toBe(200);
});

it('forgives a clock that is 20 seconds off', async () => {
  const exp = Math.floor(Date.now() / 1000) - 20;
  expect((await demo.call('GET', path, { token: await sign({ ...claims, exp }) })).status).toBe(200);
});

describe('refuses', () => {
  const without = (name: string) => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
  it.each<[string, () => Promise<string> | string]>([
    ['an empty token', () => ''],
    ['what is no token', () => 'x.y.z'],
    ['another key', () => sign({ ...claims, exp: soon() }, { key: Buffer.from(`${jwtSecret}!`) })],
    ['another algorithm', () => sign({ ...claims, exp: soon() }, { alg: 'HS512' })],
    ['alg none', () => new UnsecuredJWT({ ...claims, exp: soon() }).encode()],
    ['alg none with a signature', () => signByHand({ alg: 'none' }, { ...claims, exp: soon() }, jwtSecret)],
    ['no exp', () => sign(claims)],
    ['exp as text', () => signByHand({ alg: 'HS256' }, { ...claims, exp: `${soon()}` }, jwtSecret)],
    ['an exp that is past', () => sign({ ...claims, exp: soon() - 400 })],
    ['a token that is not valid yet', () => sign({ ...claims, exp: soon(), nbf: soon() })],
    ['another audience', () => sign({ ...claims, aud: 'another', exp: soon() })],
    ['no audience', () => sign({ ...without('aud'), exp: soon() })],
    ['another issuer', () => sign({ ...claims, iss: 'https://evil.test/', exp: soon() })],
    ['no issuer', () => sign({ ...without('iss'), exp: soon() })],
    ['no sub', () => sign({ ...without('sub'), exp: soon() })],
    ['an empty sub', () => sign({ ...claims, sub: '', exp: soon() })],
    ['no role', () => sign({ ...without('role'), exp: soon() })],
    ['a role that there is not', () => sign({ ...claims, role: 'root', exp: soon() })],
    ['a role from the prototype', () => sign({ ...claims, role: 'constructor', exp: soon() })],
    ['several roles', () => sign({ ...claims, role: ['admin'], exp: soon() })],
    ['no organisation', () => sign({ ...without('org_id'), exp: soon() })],
  ])('%s', async (_what, token) => {
    const answer = await demo.call('GET', path, { token: await token() });
    expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each(['01', '1e1', '-1', '0', '', ' 1', '1.0', '9223372036854775808', '１', 'audit-archive', '../1'])(
    'the organisation "%s"',
    async (org) => {
      const answer = await demo.call('GET', path, { as: { org } });
      expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
    },
  );

  it.each([[[1]], [['1']], [{ id: 1 }], [true], [null], [1.5], [2 ** 63], [Number.MAX_SAFE_INTEGER + 1]])(
    'the organisation %j',
    async (org) => {
      const answer = await demo.call('GET', path, { as: { org } });
      expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
    },
  );

  it.each([
    ['in the query', `${path}?access_token=`, {}],
    ['in a cookie', path, { cookie: 'token=' }],
    ['under another scheme', path, { authorization: 'Basic ' }],
  ])('a token %s', async (_where, place, headers: Record<string, string>) => {
    const token = await sign({ ...claims, exp: soon() });
    const carried = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value + token]));
    const answer = await demo.call('GET', place.endsWith('=') ? place + token : place, { headers: carried });
    expect(answer.status).toBe(401);
  });
});

it('says the same to every signature that does not hold', async () => {
  const [other, none] = await Promise.all([
    demo.call('GET', path, { token: await sign({ ...claims, exp: soon() }, { key: Buffer.from('x'.repeat(40)) }) }),
    demo.call('GET', path),
  ]);
  expect(apartFromDate(other)).toEqual(apartFromDate(none));
});

it('hands out no tokens outside demo mode', async () => {
  const body = { orgId: '1', userId: 'ada', role: 'admin' };
  const refused = await demo.call('POST', '/api/demo/tokens', { body });
  expect([refused.status, refused.json.code]).toEqual([404, 'not_found']);
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { samples } from 'nest-tenant-storage/testing';
import {
  signByHand,
  audience,
  issuer,
  jwtSecret,
  startDemo,
  tokenOf,
  type Demo,
  type Options,
} from './demo.harness.js';

const one = { org: '1' };
const eleven = { org: '11' };
const field = '/api/forms/7/fields/3';
const { png, txt } = samples;

let demo: Demo;
const errors: string[] = [];
const { write } = process.stderr;
beforeAll(async () => {
  demo = await startDemo();
  process.stderr.write = (text: string | Uint8Array) => errors.push(text.toString()) > 0;
});
afterAll(async () => {
  process.stderr.write = write;
  await demo.close();
});
beforeEach(() => demo.storage.empty());
afterEach(() => expect(errors.splice(0).filter((text) => text.includes('ERROR'))).toEqual([]));

const put = (path: string, options: Options = {}) =>
  demo.call('PUT', path, { as: one, headers: { 'content-type': png.contentType }, body: png.bytes, ...options });

describe('caches', () => {
  it('keep nothing of what the API says, and ask again before they use a file', async () => {
    const file = { as: eleven, headers: { 'content-type': txt.contentType }, body: txt.bytes };
    const answers = [
      await put(`${field}/files/scan.png`),
      await demo.call('PUT', `${field}/files/note.txt`, file),
      await demo.call('GET', `${field}/files`, { as: one }),
      await demo.call('GET', `${field}/files/scan.png/url`, { as: one }),
      await demo.call('GET', `${field}/files/note.txt/content`, { as: one }),
      await demo.call('GET', `${field}/files`),
      await demo.call('GET', '/api/docs-json'),
      await demo.call('DELETE', `${field}/files/note.txt`, { as: one }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 200, 404, 401, 200, 204]);
    expect(answers.map(({ headers }) => headers['cache-control'])).toEqual(answers.map(() => 'no-store'));
    for (const [method, headers] of [
      ['GET', {}],
      ['HEAD', {}],
      ['GET', { range: 'bytes=0-3' }],
      ['GET', { 'if-none-match': '*' }],
    ] as const) {
      const read = await demo.call(method, `${field}/files/scan.png/content`, { as: one, headers });
      expect([200, 206, 304]).toContain(read.status);
      expect(read.headers).toMatchObject({ 'cache-control': 'private, no-cache', vary: 'Authorization, Cookie' });
    }
  });

  it('may keep what is read by URL, which nobody else has', async () => {
    await put(`${field}/files/scan.png`);
    const { json } = await demo.call('GET', `${field}/files/scan.png/url`, { as: one });
    expect((await fetch(json.url as string)).headers.get('cache-control')).toBe('private');
  });
});

describe('conditions that a client makes up', () => {
  const content = `${field}/files/scan.png/content`;

  it.each(['if-match', 'if-none-match', 'if-range'])(
    '%s in other letters than ASCII is a bad request',
    async (name) => {
      await put(`${field}/files/scan.png`);
      for (const value of ['"\xe9"', '"a\tb"']) {
        const refused = await demo.call('GET', content, { as: one, headers: { [name]: value, range: 'bytes=0-1' } });
        expect([refused.status, refused.json.code]).toEqual([400, 'invalid_request']);
        expect(refused.json.message).toContain(name);
      }
    },
  );

  it('a 304 names the tag of the file for a list, a weak one and any', async () => {
    const { etag } = (await put(`${field}/files/scan.png`)).json;
    for (const tags of [etag, `W/${etag as string}`, `"other", ${etag as string}`, '*']) {
      const same = await demo.call('GET', content, { as: one, headers: { 'if-none-match': tags as string } });
      expect([same.status, same.headers.etag]).toEqual([304, etag]);
    }
  });

  it('HEAD asks the store for no bytes, and answers conditions alike', async () => {
    const { etag } = (await put(`${field}/files/scan.png`)).json;
    const before = demo.storage.s3.requests.list().length;
    const head = await demo.call('HEAD', content, { as: one });
    const same = await demo.call('HEAD', content, { as: one, headers: { 'if-none-match': etag as string } });
    const other = await demo.call('HEAD', content, { as: one, headers: { 'if-match': '"other"' } });
    const foreign = await demo.call('HEAD', content, { as: eleven });
    expect([head, same, other, foreign].map(({ status }) => status)).toEqual([200, 304, 412, 404]);
    expect(head.headers).toMatchObject({ etag, 'content-length': `${png.bytes.length}`, 'accept-ranges': 'bytes' });
    expect(same.headers.etag).toBe(etag);
    const asked = demo.storage.s3.requests.list().slice(before);
    expect(asked.map(({ operation }) => operation)).toEqual(new Array(4).fill('HeadObject'));
  });
});

describe('a client that asks before it sends', () => {
  async function expectContinue(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: Uint8Array | string,
  ) {
    const socket = connect(Number(new URL(demo.origin).port), '127.0.0.1');
    const lines = Object.entries({ host: 'x', expect: '100-continue', connection: 'close', ...headers });
    socket.write(`${method} ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    if (body === undefined || !first.toString().startsWith('HTTP/1.1 100 ')) {
      socket.destroy();
      return first.toString().slice(9, 12);
    }
    socket.write(body);
    const rest = Buffer.concat((await socket.toArray()) as Buffer[]).toString();
    return `100 ${rest.slice(9, 12)}`;
  }

  const bearer = async () => ({ authorization: `Bearer ${await tokenOf(one)}` });
  const file = `${field}/files/x.png`;

  it.each([
    ['no token', { 'content-type': 'image/png', 'content-length': '100' }, false, '401'],
    ['a type that is not accepted', { 'content-type': 'application/zip', 'content-length': '100' }, true, '415'],
    ['too long a body', { 'content-type': 'image/png', 'content-length': '900000000' }, true, '413'],
  ])('is told no at once for %s', async (_what, headers, signedIn, answer) => {
    expect(await expectContinue('PUT', file, { ...headers, ...(signedIn && (await bearer())) }, 'x')).toBe(answer);
  });

  it('is told no at once for a JSON body that is too long, or is none', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '20000', ...(await bearer()) };
    expect(await expectContinue('POST', `${field}/uploads`, headers, 'x')).toBe('413');
    expect(await expectContinue('POST', `${field}/uploads`, { ...headers, 'content-type': 'text/plain' }, 'x')).toBe(
      '415',
    );
  });

  it('is told to go on once its body is wanted', async () => {
    const headers = { 'content-type': 'image/png', 'content-length': String(png.bytes.length), ...(await bearer()) };
    expect(await expectContinue('PUT', file, headers, png.bytes)).toBe('100 201');
    const json = { ...headers, 'content-type': 'application/json', 'content-length': '2' };
    expect(await expectContinue('POST', `${field}/uploads`, json, '{}')).toBe('100 400');
  });
});

describe('JSON that is not flat', () => {
  const nested = (depth: number, open: string, close: string) => open.repeat(depth) + '1' + close.repeat(depth);
  it.each([
    ['7,900 lists', `{"token":${nested(7_900, '[', ']')}}`],
    ['2,600 objects', nested(2_600, '{"a":', '}')],
    ['1,400 properties', `{${Array.from({ length: 1_400 }, (_, i) => `"p${i}":1`).join()}}`],
    ['a list', '{"token":[]}'],
    ['an object', '{"token":{}}'],
    ['a long text', `{"token":"${'x'.repeat(9_000)}"}`],
    ['a long name', `{"${'x'.repeat(9_000)}":1}`],
    ['no object', '[]'],
  ])('is refused before anything walks it: %s', async (_what, body) => {
    const headers = { 'content-type': 'application/json' };
    for (const path of ['/api/uploads/complete', `${field}/uploads`]) {
      const refused = await demo.call('POST', path, { as: one, headers, body });
      expect([refused.status, refused.json.code]).toEqual([400, 'invalid_request']);
      expect(refused.body.length).toBeLessThan(300);
    }
  });
});

it('a user whose name no header can carry does not get in', async () => {
  const claims = { org_id: '1', role: 'admin', iss: issuer, aud: audience, exp: Math.floor(Date.now() / 1000) + 60 };
  for (const [sub, status] of [
    ['\ud800', 401],
    ['a\udfff', 401],
    ['Zoë', 201],
  ] as const) {
    const token = signByHand({ alg: 'HS256' }, { ...claims, sub }, jwtSecret);
    expect((await put(`${field}/files/x.png`, { as: undefined, token })).status).toBe(status);
  }
});

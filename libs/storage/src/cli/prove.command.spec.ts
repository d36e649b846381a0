import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { command } from '../../test/command.kit.js';

const folder = mkdtempSync(join(tmpdir(), 'prove-'));
const servers: Server[] = [];
afterAll(async () => {
  rmSync(folder, { recursive: true });
  for (const server of servers) await new Promise((resolve) => void server.close(resolve));
});

const body = { 'application/json': { schema: { required: ['text'], properties: { text: { type: 'string' } } } } };
const document = {
  openapi: '3.0.0',
  paths: { '/notes': { post: { requestBody: { content: body } } }, '/notes/{id}': { get: {} }, '/health': { get: {} } },
};

/** An application of two routes and a description, whose notes anybody can read where it is leaky. */
async function start({ isLeaky = false, isBroken = false } = {}): Promise<string> {
  const notes: { org: string; text: string }[] = [];
  const server = createServer(async (request, response) => {
    const answer = (status: number, json: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(json));
    };
    if (request.url === '/openapi.json') return answer(200, document);
    if (request.url === '/health') return answer(200, { status: 'ok' });
    const org = /^Bearer of-(\w+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (!org) return answer(401, {});
    if (isBroken) return answer(500, {});
    if (request.method === 'POST') {
      notes.push({ org, text: (JSON.parse(await text(request)) as { text: string }).text });
      return answer(201, { id: notes.length + 1000 });
    }
    const note = notes[Number(request.url?.split('/')[2]) - 1001];
    return note && (isLeaky || note.org === org) ? answer(200, note) : answer(404, { code: 'not_found' });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const tokens = ['--token-a', 'of-a', '--token-b', 'of-b'];
const isPublic = ['--public', 'GET /health'];

test('0 where it held, with tokens from the environment', async () => {
  const env = { PROVE_URL: await start(), PROVE_TOKEN_A: 'of-a', PROVE_TOKEN_B: 'of-b', PROVE_TOKEN_C: 'of-c' };
  const { status, out, progress } = await command(['prove', ...isPublic], { env });
  expect({ status, first: out.split('\n')[0] }).toEqual({
    status: 0,
    first: expect.stringMatching(/^0 findings: 2 of 3 routes tried .* organisations A, B, C\)$/),
  });
  expect(progress).toContain('[1/2] GET /notes/{id}');
});

test('1 with findings, which are written as JSON and as JUnit', async () => {
  const [json, junit] = [join(folder, 'report.json'), join(folder, 'report.xml')];
  const url = await start({ isLeaky: true });
  const files = ['--junit', junit, '--json', json];
  const { status, out } = await command(['prove', '--url', url, ...tokens, ...isPublic, ...files]);
  expect(status).toBe(1);
  expect(out).toContain('LEAK GET /notes/{id} gives data of another organisation');
  expect(out).toContain('$TOKEN_B');
  expect(out).not.toMatch(/of-[ab]/);
  expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({ findings: [{ route: 'GET /notes/{id}', who: 'B' }] });
  expect(readFileSync(junit, 'utf8')).toContain('<failure type="foreign data"');
});

test('--json alone prints JSON', async () => {
  const { out } = await command(['prove', '--json', '--url', await start(), ...tokens, ...isPublic]);
  expect(JSON.parse(out)).toMatchObject({ findings: [] });
});

test('a route that answers without a sign-in is a finding until it is said to be public', async () => {
  const { status, out } = await command(['prove', '--url', await start(), ...tokens]);
  expect(status).toBe(1);
  expect(out).toContain('LEAK GET /health answers without a sign-in');
});

test('2 where nothing could be tried', async () => {
  const { status, out, err } = await command([
    'prove',
    '--url',
    await start({ isBroken: true }),
    ...tokens,
    ...isPublic,
  ]);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringContaining('nothing is proved') });
  expect(out).toContain('POST /notes: 500');
});

const list = join(folder, 'list.json');
writeFileSync(list, '[1]');
test.each<[string, string[], RegExp]>([
  ['no URL', tokens, /--url \(or PROVE_URL\) is missing/],
  ['another scheme', ['--url', 'ftp://x', ...tokens], /begins with http/],
  ['one token', ['--url', 'http://x', '--token-a', 'a'], /--token-b \(or PROVE_TOKEN_B\) is missing/],
  ['one token twice', ['--url', 'http://x', '--token-a', 'a', '--token-b', 'a'], /same token/],
  ['a word too many', ['x', '--url', 'http://x', ...tokens], /flags only/],
  ['samples that are none', ['--url', 'http://x', ...tokens, '--samples', list], /no JSON object/],
  ['samples that are missing', ['--url', 'http://x', ...tokens, '--samples', '/nowhere'], /cannot be read/],
  ['nobody there', ['--url', 'http://127.0.0.1:1', ...tokens], /ECONNREFUSED/],
])('2 for wrong use: %s', async (_what, line, message) => {
  const { status, err } = await command(['prove', ...line]);
  expect({ status, err }).toEqual({ status: 2, err: expect.stringMatching(message) });
});

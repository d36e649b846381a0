import { curlOf } from './curl.js';
import { difference } from '../compare.js';
import { Seeded } from '../replay/random.js';
import { ProofReport } from './report.js';
import { traceOf } from '../replay/marks.js';
import { checkedOptions, orgOfToken, type Person } from '../options.js';
import type { Answer } from '../wire.js';

const marks = { name: 'nameabcdefghijkl', text: 'textabcdefghijkl', bytes: 'bytesabcdefghijk' };
const person = (name: string, token: string): Person => ({ name, organisation: { token }, headers: {}, marks });
const answer = (status: number, body: string, headers: Answer['headers'] = {}): Answer => ({
  status,
  headers,
  body: Buffer.from(body),
  json: body.startsWith('{') ? JSON.parse(body) : undefined,
  milliseconds: 1,
});
const sent = { method: 'GET', url: 'http://h/notes/9', headers: {} };

test('a curl line holds no secret, and is one argument for each value', () => {
  const ticket = 'a-ticket-of-somebody-else-0123456789';
  const line = curlOf(
    {
      method: 'POST',
      url: 'http://h/x?X-Amz-Signature=abc&a=$HOME',
      headers: { authorization: 'Bearer of-11', cookie: 'eyJhbGciOiJub25lIn0.eyJhIjoxfQ.' },
      body: Buffer.from(JSON.stringify({ token: ticket, text: 'a "b" `c`' })),
    },
    [person('A', 'of-1'), person('B', 'of-11')],
  );
  expect(line).toBe(
    'curl -i --path-as-is -X POST -H "authorization: Bearer $TOKEN_B" -H "cookie: $FORGED_OR_TICKET" ' +
      '--data-raw "{\\"token\\":\\"$TICKET_OF_A\\",\\"text\\":\\"a \\\\\\"b\\\\\\" \\`c\\`\\"}" "http://h/x?X-Amz-Signature=$SIGNED&a=\\$HOME"',
  );
});

test.each<[string, Answer, object | undefined]>([
  ['in the body', answer(200, `<${marks.bytes}>`), { what: 'bytes of a file', where: 'the body' }],
  ['in base64', answer(200, Buffer.from(`..${marks.text}..`).toString('base64')), { what: 'text', where: 'the body' }],
  [
    'percent-encoded',
    answer(200, `%${Buffer.from(marks.name).toString('hex').slice(0, 2)}${marks.name.slice(1)}`),
    { what: 'the name of a file', where: 'the body' },
  ],
  [
    'in a header',
    answer(404, '', { 'x-key': `1/${marks.name}` }),
    { what: 'the name of a file', where: 'a header', header: 'x-key' },
  ],
  ['an id', answer(200, '{"id":"a-long-secret-id"}'), { what: 'an id', where: 'the body' }],
  ['nothing', answer(200, 'textabc'), undefined],
])('a trace is found: %s', (_where, given, trace) => {
  expect(traceOf(given, sent, marks, new Set(['a-long-secret-id']))).toEqual(trace);
});

test('what was asked for may come back', () => {
  const asked = { ...sent, url: `http://h/notes/${marks.name}` };
  expect(traceOf(answer(404, `no ${marks.name}`), asked, marks, new Set())).toBeUndefined();
  expect(traceOf(answer(404, `no ${marks.name}: ${marks.text}`), asked, marks, new Set())).toBeDefined();
});

test.each<[string, Answer, Answer, string | undefined]>([
  ['status', answer(403, ''), answer(404, ''), 'status'],
  ['code', answer(404, '{"code":"foreign"}'), answer(404, '{"code":"absent"}'), 'code'],
  ['text', answer(404, 'of another'), answer(404, 'none'), 'message'],
  ['a header more', answer(404, '', { 'x-a': '1' }), answer(404, ''), 'headers differ'],
  ['a header’s value', answer(404, '', { 'x-a': '1' }), answer(404, '', { 'x-a': '2' }), 'headers differ'],
  ['shape', answer(200, '{"a":1}'), answer(200, '{"a":1,"b":2}'), 'message'],
  ['only values of a success', answer(200, '{"a":1}'), answer(200, '{"a":2}'), undefined],
  ['only the date', answer(404, '', { date: 'a' }), answer(404, '', { date: 'b' }), undefined],
  ['only a request id', answer(404, '', { 'x-request-id': 'a' }), answer(404, '', { 'x-request-id': 'b' }), undefined],
  ['only what was sent', answer(404, 'no 9 of 1 to 9'), answer(404, 'no 1 of 1 to 1'), undefined],
  ['only the moment', answer(404, 'at 2026-01-01T00:00:00.1Z'), answer(404, 'at 2026-01-01T00:00:09Z'), undefined],
])('foreign and absent differ in: %s', (_what, foreign, absent, kind) => {
  const told = difference({ sent, answer: foreign }, { sent, answer: absent }, ['9', '1'], new Set());
  expect(told?.kind).toBe(kind);
});

test('the same seed makes the same values, of the same shape and never a taken one', () => {
  const values = ['1042', '9', '01', 'x-ray.png', '0f8fad5b-d9cb-469f-a165-70867728950e'];
  const made = (seed: number) => values.map((value, at) => new Seeded(seed + at).like(value, new Set(values)));
  expect(made(1)).toEqual(made(1));
  expect(made(1)).not.toEqual(made(2));
  for (const [at, value] of made(1).entries()) {
    expect(value).not.toBe(values[at]);
    expect(value).toMatch([/^\d{4}$/, /^\d$/, /^\d\d$/, /^[a-z]-[a-z]{3}\.png$/, /^[\da-f]{8}-[\da-f]{4}-/][at]!);
  }
});

test.each([
  ['one organisation', [{ token: 'a' }], /two organisations/],
  ['the same token twice', [{ token: 'a' }, { token: 'a' }], /same token/],
  ['no token', [{ token: '' }, { token: 'a' }], /needs a token/],
])('refuses %s', (_what, organisations, message) => {
  expect(() => checkedOptions({ organisations })).toThrow(message);
});

test.each([
  [{ org_id: '11' }, '11'],
  [{ tenantId: 7 }, '7'],
  [{ sub: 'x' }, undefined],
])('the organisation of a token that says %j', (claims, org) => {
  expect(orgOfToken(`h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`)).toBe(org);
  expect(orgOfToken('no JWT')).toBeUndefined();
});

describe('a report', () => {
  const report = new ProofReport({
    findings: [
      { route: 'GET /a/{id}', kind: 'status', who: 'B', what: 'says <403> & "404"\u0001', curl: 'curl', also: ['x'] },
    ],
    routes: [
      { route: 'GET /a/{id}', state: 'tried' },
      { route: 'GET /b', state: 'tried' },
      { route: 'GET /c', state: 'not filled', why: '400 bad', nobody: 400 },
      { route: 'GET /d', state: 'public' },
      { route: 'GET /e', state: 'skipped' },
    ],
    organisations: ['A', 'B'],
    seed: 1,
    requests: 9,
    seconds: 0.5,
    timings: [],
  });

  test('in words names what leaks and what was not tried', () => {
    const text = report.text();
    expect(text).toMatch(/^1 finding: 2 of 5 routes tried with 9 requests in 0\.5 s/);
    expect(text).toContain('LEAK GET /a/{id} tells foreign from absent by the status');
    expect(text).toContain('GET /c: 400 bad; without a sign-in 400');
    expect(text).toContain('Public on purpose: GET /d');
    expect(text).toContain('Skipped: GET /e');
  });

  test('as JUnit is well-formed, one case for each route', () => {
    const xml = report.junit();
    expect(xml).toContain('<testsuites tests="5" failures="1" skipped="2" time="0.5">');
    expect(xml).toContain('says &lt;403&gt; &amp; &quot;404&quot;?.');
    expect(xml.match(/<testcase /g)).toHaveLength(5);
    expect(xml.match(/<skipped message="not filled: 400 bad"\/>|<skipped message="skipped"\/>/g)).toHaveLength(2);
  });

  test('as JSON holds all', () => {
    expect(JSON.parse(report.json())).toMatchObject({ requests: 9, findings: [{ route: 'GET /a/{id}' }] });
  });
});

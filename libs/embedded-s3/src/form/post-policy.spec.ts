import { Readable } from 'node:stream';
import { checkForm, parsePostPolicy, withinRange } from './post-policy.js';

const encode = (document: unknown): string => Buffer.from(JSON.stringify(document)).toString('base64');
const EXPIRATION = '2026-01-01T00:00:00.000Z';
const policy = (...conditions: unknown[]) => parsePostPolicy(encode({ expiration: EXPIRATION, conditions }));
const now = new Date('2025-12-31T23:59:59Z');
const check = (conditions: unknown[], fields: Record<string, string>, at = now) =>
  checkForm(policy(...conditions), new Map(Object.entries(fields)), { bucket: 'b', now: at });

test.each<[string, unknown]>([
  ['no JSON', undefined],
  ['a list', []],
  ['no expiration', { conditions: [] }],
  ['a date that is none', { expiration: 'tomorrow', conditions: [] }],
  ['a date without zone', { expiration: '2026-01-01T00:00:00', conditions: [] }],
  ['no conditions', { expiration: EXPIRATION }],
  ...[
    'a',
    null,
    {},
    { a: '1', b: '2' },
    { a: 1 },
    [],
    ['eq', '$key'],
    ['eq', 'key', 'a'],
    ['eq', '$key', 1],
    ['ends-with', '$key', 'a'],
    ['content-length-range', 10, 1],
    ['content-length-range', -1, 1],
    ['content-length-range', 'a', 1],
  ].map((condition): [string, unknown] => [
    JSON.stringify(condition),
    { expiration: EXPIRATION, conditions: [condition] },
  ]),
])('not a policy: %s', (_, document) => {
  const text = document === undefined ? Buffer.from('{').toString('base64') : encode(document);
  expect(() => parsePostPolicy(text)).toThrow(expect.objectContaining({ code: 'InvalidPolicyDocument', status: 400 }));
});

test('not base64', () => {
  expect(() => parsePostPolicy('{"expiration"')).toThrow(expect.objectContaining({ code: 'InvalidPolicyDocument' }));
});

test.each<[string, unknown[], Record<string, string>]>([
  ['an object', [{ key: '1/a' }], { key: '1/a' }],
  ['eq', [['eq', '$Key', '1/a']], { key: '1/a' }],
  ['starts-with', [['starts-with', '$key', '1/']], { key: '1/a' }],
  ['starts-with nothing', [['starts-with', '$key', '']], { key: '1/a' }],
  ['each content type', [['starts-with', '$Content-Type', 'image/']], { 'content-type': 'image/png, image/gif' }],
  ['the bucket', [{ bucket: 'b' }], {}],
  ['fields that need no condition', [], { policy: 'p', 'x-amz-signature': 's', 'x-ignore-me': '1' }],
])('met: %s', (_, conditions, fields) => {
  expect(check(conditions, fields)).toBeUndefined();
});

test.each<[string, unknown[], Record<string, string>, string]>([
  ['another value', [{ key: '1/a' }], { key: '1/b' }, 'Policy Condition failed: ["eq","$key","1/a"]'],
  ['org 11 for 1', [['starts-with', '$key', '1/']], { key: '11/a' }, 'Policy Condition failed'],
  ['other case', [{ key: '1/a' }], { key: '1/A' }, 'Policy Condition failed'],
  ['no field', [['starts-with', '$content-type', '']], {}, 'Policy Condition failed'],
  [
    'one content type of two',
    [['starts-with', '$Content-Type', 'image/']],
    { 'content-type': 'image/png,text/html' },
    'Policy Condition failed',
  ],
  ['another bucket', [{ bucket: 'c' }], {}, 'Policy Condition failed'],
  ['another bucket in the form', [['starts-with', '$bucket', '']], { bucket: 'c' }, 'The bucket is another'],
  ['a second condition', [['starts-with', '$key', '1/'], { key: '1/a' }], { key: '1/b' }, 'Policy Condition failed'],
  [
    'fields without condition',
    [{ key: '1/a' }],
    { key: '1/a', acl: 'public-read', 'x-amz-meta-a': '1' },
    'Extra input fields: acl, x-amz-meta-a',
  ],
])('refused: %s', (_, conditions, fields, message) => {
  expect(() => check(conditions, fields)).toThrow(
    expect.objectContaining({ code: 'AccessDenied', status: 403, message: expect.stringContaining(message) }),
  );
});

test('a policy ends at its expiration', () => {
  expect(() => check([], {}, new Date(EXPIRATION))).toThrow('Policy expired');
});

test('several ranges: their intersection', () => {
  expect(
    check(
      [
        ['content-length-range', 1, '100'],
        ['content-length-range', 10, 200],
      ],
      {},
    ),
  ).toEqual({ from: 10, to: 100 });
});

describe('the size of a file', () => {
  const pass = async (sizes: number[]): Promise<number> => {
    let size = 0;
    const chunks = Readable.from(sizes.map((length) => Buffer.alloc(length)));
    for await (const chunk of withinRange(chunks, { from: 10, to: 20 })) size += chunk.length;
    return size;
  };
  test.each([[[10]], [[20]], [[5, 5, 10]]])('%j accepted', async (sizes) => {
    expect(await pass(sizes)).toBe(sizes.reduce((a, b) => a + b));
  });
  test.each([
    ['EntityTooSmall', [9]],
    ['EntityTooSmall', []],
    ['EntityTooLarge', [21]],
    ['EntityTooLarge', [20, 1, 1000]],
  ])('%s: %j', async (code, sizes) => {
    await expect(pass(sizes)).rejects.toMatchObject({ code, status: 400 });
  });
});

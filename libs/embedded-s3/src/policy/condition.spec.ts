import { checkConditions, failingCondition } from './condition.js';

type Context = Record<string, string | string[]>;
const passes = (operator: string, wanted: string | string[], context: Context): boolean => {
  const values = (key: string): string[] | undefined =>
    context[key] === undefined ? undefined : [context[key]].flat();
  return failingCondition({ [operator]: { 'k:x': wanted } }, values, (key) => values(key)?.[0]) === undefined;
};
const has = (x: string | string[], rest: Context = {}): Context => ({ 'k:x': x, ...rest });

test.each<[string, string | string[], Context, boolean]>([
  ['StringEquals', 'a', has('a'), true],
  ['StringEquals', 'a', has('A'), false],
  ['StringEquals', ['a', 'b'], has('b'), true],
  ['StringEquals', 'a', {}, false],
  ['StringEquals', 'a*', has('ab'), false],
  ['StringEquals', '${k:y}', has('1', { 'k:y': '1' }), true],
  ['StringEquals', '${k:y}', has('1'), false],
  ['StringEquals', "${k:y, 'none'}", has('none'), true],
  ['StringNotEquals', 'a', has('b'), true],
  ['StringNotEquals', ['a', 'b'], has('b'), false],
  ['StringNotEquals', 'a', {}, true],
  ['StringNotEqualsIfExists', 'a', {}, true],
  ['StringNotEqualsIfExists', 'a', has('a'), false],
  ['StringEqualsIfExists', 'a', {}, true],
  ['StringEqualsIfExists', 'a', has('b'), false],
  ['StringEqualsIgnoreCase', 'ab', has('AB'), true],
  ['StringNotEqualsIgnoreCase', 'ab', has('AB'), false],
  ['StringLike', 'https://*.example.com/*', has('https://app.example.com/x'), true],
  ['StringLike', 'https://*.example.com/*', has('https://evil.test/x.example.com/y'), true],
  ['StringLike', 'https://*.example.com/*', has('https://example.com/'), false],
  ['StringLike', 'a?c', has('abc'), true],
  ['StringLike', 'a?c', has('ac'), false],
  ['StringLike', '${k:y}/*', has('1/x', { 'k:y': '1' }), true],
  ['StringLike', '${k:y}/*', has('11/x', { 'k:y': '1' }), false],
  ['StringLike', '${k:y}/*', has('2/x', { 'k:y': '*' }), false],
  ['StringLike', '${k:y}/*', has('*/x', { 'k:y': '*' }), true],
  ['StringLike', 'a${*}b', has('a*b'), true],
  ['StringLike', 'a${*}b', has('axb'), false],
  ['StringLike', '${?}${$}', has('?$'), true],
  ['StringNotLike', 'a*', has('b'), true],
  ['StringNotLike', 'a*', {}, true],
  ['StringNotLike', ['b*', 'a*'], has('ab'), false],
  ['Bool', 'false', has('false'), true],
  ['Bool', 'true', has('false'), false],
  ['Bool', 'false', {}, false],
  ['BoolIfExists', 'true', {}, true],
  ['Null', 'true', {}, true],
  ['Null', 'true', has('x'), false],
  ['Null', 'false', has('x'), true],
  ['Null', 'false', {}, false],
  ['Null', 'true', has([]), true],
  ['NumericEquals', '10', has('10.0'), true],
  ['NumericNotEquals', '10', has('10'), false],
  ['NumericNotEquals', '10', has('x'), true],
  ['NumericLessThan', '1.2', has('1.1'), true],
  ['NumericLessThan', '1.2', has('1.2'), false],
  ['NumericLessThanEquals', '10', has('10'), true],
  ['NumericLessThanEquals', '10', has('9'), true],
  ['NumericGreaterThan', '9', has('10'), true],
  ['NumericGreaterThan', '9', {}, false],
  ['NumericGreaterThan', '9', has('ten'), false],
  ['NumericGreaterThanEquals', '10', has('10'), true],
  ['DateLessThan', '2026-01-01T00:00:00Z', has('2025-12-31T23:59:59Z'), true],
  ['DateGreaterThan', '2026-01-01T00:00:00Z', has('1767225601'), true],
  ['DateGreaterThanEquals', '2026-01-01', has('2026-01-01T00:00:00Z'), true],
  ['DateLessThanEquals', '2026-01-01', has('2026-01-02'), false],
  ['DateEquals', '2026-01-01', has('2026-01-01T00:00:00Z'), true],
  ['DateNotEquals', '2026-01-01', has('2026-01-01T00:00:00Z'), false],
  ['ArnEquals', 'arn:aws:iam::1:role/a*', has('arn:aws:iam::1:role/ab'), true],
  ['ArnLike', 'arn:aws:iam::*:role/a', has('arn:aws:iam::1:role/a'), true],
  ['ArnLike', 'arn:*:role/a', has('arn:aws:iam::1:role/a'), false],
  ['ArnEquals', 'arn:aws:iam::1:role/a', has('arn:aws:iam::11:role/a'), false],
  ['ArnNotEquals', 'arn:aws:iam::1:role/a', has('arn:aws:iam::1:role/b'), true],
  ['ArnNotLike', 'arn:aws:iam::1:role/*', has('arn:aws:iam::1:role/b'), false],
  ['IpAddress', '10.0.0.0/8', has('10.1.2.3'), true],
  ['IpAddress', '10.0.0.0/8', has('11.1.2.3'), false],
  ['IpAddress', '2001:db8::/32', has('2001:db8::1'), true],
  ['IpAddress', '127.0.0.1', has('127.0.0.1'), true],
  ['NotIpAddress', '10.0.0.0/8', has('11.1.2.3'), true],
  ['NotIpAddress', '10.0.0.0/8', {}, true],
  ['ForAnyValue:StringEquals', 'a', has(['a', 'z']), true],
  ['ForAnyValue:StringEquals', 'a', has(['y', 'z']), false],
  ['ForAnyValue:StringEquals', 'a', {}, false],
  ['ForAllValues:StringEquals', ['a', 'b'], has(['a', 'b']), true],
  ['ForAllValues:StringEquals', 'a', has(['a', 'z']), false],
  ['ForAllValues:StringEquals', 'a', {}, true],
  ['ForAnyValue:StringNotEquals', 'a', has(['a', 'z']), true],
  ['ForAllValues:StringNotEquals', 'a', has(['a', 'z']), false],
  ['ForAnyValue:StringLikeIfExists', 'a', {}, true],
])('%s %j on %j: %s', (operator, wanted, context, expected) => {
  expect(passes(operator, wanted, context)).toBe(expected);
});

test('several operators and several keys must all hold', () => {
  const values = (key: string): string[] | undefined => (key === 'k:a' ? ['1'] : undefined);
  const conditions = { StringEquals: { 'k:a': '1' }, Null: { 'k:a': 'false', 'k:b': 'false' } };
  expect(failingCondition(conditions, values, undefined)).toBe('Null k:b');
});

test.each([
  ['StringMatches', 'a'],
  ['stringequals', 'a'],
  ['NullIfExists', 'true'],
  ['ForAnyValue:Null', 'true'],
  ['ForSomeValues:StringEquals', 'a'],
  ['StringEqualsIfExistsIfExists', 'a'],
  ['NumericLessThan', 'many'],
  ['DateLessThan', 'soon'],
  ['Bool', 'maybe'],
  ['Null', 'yes'],
  ['IpAddress', '10.0.0.0/33'],
  ['IpAddress', 'localhost'],
])('a policy with %s %s is malformed', (operator, value) => {
  expect(() => checkConditions({ [operator]: { 'aws:username': value } }, false)).toThrow('nvalid');
});

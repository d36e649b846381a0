import { isPublic, MAX_BUCKET_POLICY, parsePolicy, PolicyError } from './index.js';

const good = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::000000000000:user/ann' },
  Action: 's3:GetObject',
  Resource: 'arn:aws:s3:::b/*',
};
const without = (key: keyof typeof good): object => ({ ...good, [key]: undefined });
const stored = (statement: object): string => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });

test.each<[string, object]>([
  ['as it stands', good],
  [
    'actions of objects and of the bucket',
    { ...good, Action: 's3:*', Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'] },
  ],
  ['a bucket action', { ...good, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::b' }],
  ['an access key', { ...good, Principal: { AWS: ['AKIAIOSFODNN7EXAMPLE', '000000000000'] } }],
  ['a condition', { ...good, Condition: { StringEquals: { 's3:prefix': ['a', 'b'] } } }],
])('accepted: %s', (_, statement) => {
  expect(parsePolicy(stored(statement), { bucket: 'b' })).toEqual(JSON.parse(stored(statement)));
});

test.each<[string, string | object]>([
  ['no JSON', '{'],
  ['a list', '[]'],
  ['a text', '"*"'],
  ['no statement', '{"Version":"2012-10-17","Statement":[]}'],
  ['an unknown version', JSON.stringify({ Version: '2020-01-01', Statement: [good] })],
  ['an unknown field', JSON.stringify({ Version: '2012-10-17', Statement: [good], Extra: 1 })],
  ['an Id that is no text', JSON.stringify({ Id: 5, Statement: [good] })],
  ['a null statement', '{"Statement":[null]}'],
  [
    'one Sid twice',
    JSON.stringify({
      Statement: [
        { ...good, Sid: 'a' },
        { ...good, Sid: 'a' },
      ],
    }),
  ],
  ['an unknown effect', { ...good, Effect: 'Maybe' }],
  ['an unknown element', { ...good, Resources: '*' }],
  ['no principal', without('Principal')],
  ['two kinds of principal', { ...good, NotPrincipal: '*' }],
  ['a principal that is a text', { ...good, Principal: 'ann' }],
  ['a wildcard in a principal', { ...good, Principal: { AWS: 'arn:aws:iam::000000000000:role/*' } }],
  ['a principal of unknown type', { ...good, Principal: { Aws: '*' } }],
  ['an empty principal', { ...good, Principal: {} }],
  ['no action', without('Action')],
  ['an action S3 does not have', { ...good, Action: 's3:GetObjekt' }],
  ['an action of another service', { ...good, Action: 'sqs:SendMessage' }],
  ['both Action and NotAction', { ...good, NotAction: 's3:PutObject' }],
  ['an empty list of actions', { ...good, Action: [] }],
  ['no resource', without('Resource')],
  ['another bucket', { ...good, Resource: 'arn:aws:s3:::bb/*' }],
  ['an object action on the bucket', { ...good, Resource: 'arn:aws:s3:::b' }],
  ['a bucket action on objects', { ...good, Action: 's3:ListBucket' }],
  ['an unknown operator', { ...good, Condition: { StringIs: { 's3:prefix': 'a' } } }],
  ['a condition without key', { ...good, Condition: { StringEquals: 'a' } }],
  ['a condition on an object', { ...good, Condition: { StringEquals: { 's3:prefix': {} } } }],
  ['more than 20 KB', { ...good, Sid: 'x'.repeat(MAX_BUCKET_POLICY) }],
])('malformed: %s', (_, statement) => {
  const text = typeof statement === 'string' ? statement : stored(statement);
  expect(() => parsePolicy(text, { bucket: 'b' })).toThrow(PolicyError);
});

test('a policy of an identity names no principal, and may name any resource', () => {
  expect(() => parsePolicy(stored(good), 'identity')).toThrow('should not specify a principal');
  const own = { Effect: 'Allow', Action: '*', Resource: '*' };
  expect(parsePolicy(stored(own), 'identity').Statement).toEqual([own]);
});

test.each<[boolean, string, object]>([
  [true, 'everyone', { Principal: '*' }],
  [true, 'everyone by AWS', { Principal: { AWS: ['*'] } }],
  [true, 'everyone but one', { Principal: undefined, NotPrincipal: { AWS: '111122223333' } }],
  [
    true,
    'a Referer narrows nothing',
    { Principal: '*', Condition: { StringLike: { 'aws:Referer': 'https://a.b/*' } } },
  ],
  [true, 'a wildcard ARN', { Principal: '*', Condition: { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/a' } } }],
  [true, 'the whole internet', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }],
  [
    true,
    'an operator that absence satisfies',
    { Principal: '*', Condition: { StringEqualsIfExists: { 'aws:SourceArn': 'a' } } },
  ],
  [false, 'a Deny to everyone', { Effect: 'Deny', Principal: '*' }],
  [false, 'somebody', {}],
  [
    false,
    'a fixed role',
    { Principal: '*', Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::1:role/a' } } },
  ],
  [false, 'a network', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }],
])('public %s: %s', (expected, _, over) => {
  expect(isPublic(parsePolicy(stored({ ...good, ...over }), { bucket: 'b' }))).toBe(expected);
});

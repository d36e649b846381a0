import { readAssumeRole } from './assume-role.js';

const params = (over: Record<string, string | undefined> = {}): Map<string, string> => {
  const given = {
    Action: 'AssumeRole',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::000000000000:role/tenant',
    RoleSessionName: 'org-1',
    ...over,
  };
  return new Map(Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined));
};
const policy = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}';
const tags = (...pairs: [string, string][]): Record<string, string> =>
  Object.fromEntries(
    pairs.flatMap(([key, value], i) => [
      [`Tags.member.${i + 1}.Key`, key],
      [`Tags.member.${i + 1}.Value`, value],
    ]),
  );

test('the least: an hour, no tags, no policy', () => {
  expect(readAssumeRole(params())).toEqual({
    roleArn: 'arn:aws:iam::000000000000:role/tenant',
    sessionName: 'org-1',
    durationSeconds: 3600,
    policy: undefined,
    tags: {},
    packedPolicySize: 0,
  });
});

test('all of it', () => {
  const over = {
    DurationSeconds: '900',
    Policy: policy,
    ...tags(['OrgId', '1'], ['team', '']),
    'TransitiveTagKeys.member.1': 'orgid',
  };
  expect(readAssumeRole(params(over))).toMatchObject({
    durationSeconds: 900,
    policy: JSON.parse(policy) as object,
    tags: { OrgId: '1', team: '' },
    packedPolicySize: 3,
  });
});

test.each<[string, string, Record<string, string | undefined>]>([
  ['ValidationError', 'no role', { RoleArn: undefined }],
  ['ValidationError', 'a role that is no ARN', { RoleArn: 'tenant' }],
  ['ValidationError', 'no name', { RoleSessionName: undefined }],
  ['ValidationError', 'a short name', { RoleSessionName: 'a' }],
  ['ValidationError', 'a name with a slash', { RoleSessionName: 'a/b' }],
  ['ValidationError', 'too short', { DurationSeconds: '899' }],
  ['ValidationError', 'too long', { DurationSeconds: '43201' }],
  ['ValidationError', 'no number', { DurationSeconds: '1e3' }],
  ['ValidationError', 'a long policy', { Policy: policy.padEnd(2049) }],
  ['ValidationError', 'an empty policy', { Policy: '' }],
  ['ValidationError', 'managed policies', { 'PolicyArns.member.1.arn': 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
  ['ValidationError', 'what it does not know', { SerialNumber: 'x' }],
  ['ValidationError', 'a tag without value', { 'Tags.member.1.Key': 'a' }],
  ['ValidationError', 'a tag out of sequence', { 'Tags.member.2.Key': 'a', 'Tags.member.2.Value': 'b' }],
  ['ValidationError', 'a tag twice', tags(['OrgId', '1'], ['orgid', '2'])],
  ['ValidationError', 'a wildcard in a tag', tags(['OrgId', '*'])],
  ['ValidationError', 'a long tag', tags(['OrgId', '1'.repeat(257)])],
  ['ValidationError', '51 tags', tags(...Array.from({ length: 51 }, (_, i): [string, string] => [`t${i}`, '']))],
  ['ValidationError', 'a transitive key that is no tag', { 'TransitiveTagKeys.member.1': 'OrgId' }],
  ['MalformedPolicyDocument', 'no JSON', { Policy: '{' }],
  ['MalformedPolicyDocument', 'a principal', { Policy: policy.replace('"Action"', '"Principal":"*","Action"') }],
  [
    'MalformedPolicyDocument',
    'an unknown operator',
    { Policy: policy.replace('"Resource"', '"Condition":{"Is":{}},"Resource"') },
  ],
  [
    'PackedPolicyTooLarge',
    'policy and tags together',
    {
      Policy: policy.padEnd(2048),
      ...tags(...Array.from({ length: 10 }, (_, i): [string, string] => [`t${i}`, '1'.repeat(250)])),
    },
  ],
])('%s: %s', (code, _, over) => {
  expect(() => readAssumeRole(params(over))).toThrow(expect.objectContaining({ code, status: 400 }));
});

import type { PolicyPrincipal } from './document.js';
import {
  evaluateAccess,
  evaluatePolicy,
  explain,
  type PolicyDocument,
  type PolicyRequest,
  type PolicyStatement,
} from './index.js';

const account = '000000000000';
const request = (over: Partial<PolicyRequest> = {}): PolicyRequest => ({
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::b/1/a.txt',
  principal: { arn: `arn:aws:iam::${account}:user/ann`, accountId: account, accessKeyId: 'AKIAANN' },
  context: {},
  ...over,
});
const policy = (statement: Partial<PolicyStatement>): PolicyDocument => {
  const action = 'NotAction' in statement ? {} : { Action: '*' };
  const resource = 'NotResource' in statement ? {} : { Resource: '*' };
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...action, ...resource, ...statement }] };
};
const allow = (statement: Partial<PolicyStatement> = {}): PolicyDocument => policy(statement);
const deny = (statement: Partial<PolicyStatement> = {}): PolicyDocument =>
  policy({ Sid: 'No', Effect: 'Deny', ...('NotPrincipal' in statement ? {} : { Principal: '*' }), ...statement });

describe('one statement', () => {
  test.each<[string, Partial<PolicyStatement>, Partial<PolicyRequest>, boolean]>([
    ['an action ignores case', { Action: 'S3:getobject' }, {}, true],
    ['an action with wildcards', { Action: 's3:Get*' }, {}, true],
    ['? stands for one character', { Action: 's3:GetObjec?' }, {}, true],
    ['another action', { Action: ['s3:PutObject', 's3:GetObjectAcl'] }, {}, false],
    ['NotAction', { NotAction: 's3:Put*' }, {}, true],
    ['NotAction that names it', { NotAction: 's3:Get*' }, {}, false],
    ['a resource keeps case', { Resource: 'arn:aws:s3:::b/1/A.txt' }, {}, false],
    ['* crosses slashes', { Resource: 'arn:aws:s3:::b/*' }, {}, true],
    ['org 1 is not org 11', { Resource: 'arn:aws:s3:::b/1/*' }, { resource: 'arn:aws:s3:::b/11/a' }, false],
    ['NotResource', { NotResource: 'arn:aws:s3:::b/1/*' }, {}, false],
    ['NotResource elsewhere', { NotResource: 'arn:aws:s3:::b/2/*' }, {}, true],
    ['a variable without value matches nothing', { Resource: 'arn:aws:s3:::b/${aws:PrincipalTag/OrgId}/*' }, {}, false],
    ['a condition that fails', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }, {}, false],
    [
      'condition keys ignore case',
      { Condition: { Bool: { 'AWS:securetransport': 'true' } } },
      { context: { 'aws:SecureTransport': true } },
      true,
    ],
  ])('%s', (_, statement, over, applies) => {
    expect(evaluatePolicy([allow(statement)], request(over)).decision).toBe(applies ? 'allow' : 'implicitDeny');
  });

  test('variables come from tags, and only in documents of 2012', () => {
    const principal = { ...request().principal, tags: { OrgId: '1' } };
    const policy = allow({ Resource: 'arn:aws:s3:::b/${aws:PrincipalTag/OrgId}/*' });
    expect(evaluatePolicy([policy], request({ principal })).decision).toBe('allow');
    expect(evaluatePolicy([{ ...policy, Version: '2008-10-17' }], request({ principal })).decision).toBe(
      'implicitDeny',
    );
  });

  test.each(['*', '?', '1*'])('the tag value %s is no wildcard', (OrgId) => {
    const principal = { ...request().principal, tags: { OrgId } };
    const policy = allow({ Resource: 'arn:aws:s3:::b/${aws:PrincipalTag/OrgId}/*' });
    expect(evaluatePolicy([policy], request({ principal })).decision).toBe('implicitDeny');
  });

  test('a Deny on all but the tenant’s prefix holds when the tag is missing', () => {
    const policy = deny({ NotResource: 'arn:aws:s3:::b/${aws:PrincipalTag/OrgId}/*' });
    expect(evaluatePolicy([allow(), policy], request()).decision).toBe('explicitDeny');
  });
});

describe('principals', () => {
  const session = {
    arn: `arn:aws:sts::${account}:assumed-role/tenant/s1`,
    accountId: account,
    accessKeyId: 'ASIA1',
  };
  const role = { principal: session, context: { 'aws:PrincipalArn': `arn:aws:iam::${account}:role/tenant` } };
  test.each<[string, PolicyPrincipal, Partial<PolicyRequest>, boolean]>([
    ['everyone', '*', {}, true],
    ['AWS everyone', { AWS: '*' }, {}, true],
    ['the user', { AWS: [`arn:aws:iam::${account}:user/ann`] }, {}, true],
    ['another user', { AWS: `arn:aws:iam::${account}:user/an` }, {}, false],
    ['the access key', { AWS: 'AKIAANN' }, {}, true],
    ['the account', { AWS: account }, {}, true],
    ['the account by ARN', { AWS: `arn:aws:iam::${account}:root` }, {}, true],
    ['another account', { AWS: '111122223333' }, {}, false],
    ['the role of a session', { AWS: `arn:aws:iam::${account}:role/tenant` }, role, true],
    ['the session', { AWS: session.arn }, role, true],
    ['another session', { AWS: `${session.arn}2` }, role, false],
    ['a service', { Service: 's3.amazonaws.com' }, {}, false],
  ])('Deny for %s', (_, Principal, over, applies) => {
    const expected = applies ? 'explicitDeny' : 'allow';
    expect(evaluatePolicy([allow(), deny({ Principal })], request(over)).decision).toBe(expected);
    expect(evaluatePolicy([allow(), deny({ NotPrincipal: Principal })], request(over)).decision).toBe(
      applies ? 'allow' : 'explicitDeny',
    );
  });

  test('an Allow for the account reaches its root, and leaves users to their own policies', () => {
    const bucket = allow({ Principal: { AWS: account } });
    const root = { arn: `arn:aws:iam::${account}:root`, accountId: account };
    expect(evaluatePolicy([bucket], request()).decision).toBe('implicitDeny');
    expect(evaluatePolicy([bucket], request({ principal: root })).decision).toBe('allow');
  });
});

describe('several policies', () => {
  const forAnn = allow({ Principal: { AWS: `arn:aws:iam::${account}:user/ann` } });
  const elsewhere = allow({ Resource: 'arn:aws:s3:::b/2/*' });
  test.each<[string, Parameters<typeof evaluateAccess>[0], string, string]>([
    ['root may', { identity: 'root' }, 'allow', 'identity'],
    ['root is bound by a Deny of the bucket', { identity: 'root', bucket: deny() }, 'explicitDeny', 'bucket'],
    ['a user without policy may not', { identity: [] }, 'implicitDeny', 'identity'],
    ['a bucket may allow a user', { identity: [], bucket: forAnn }, 'allow', 'bucket'],
    ['an identity’s own Deny wins', { identity: [deny()], bucket: forAnn }, 'explicitDeny', 'identity'],
    ['role and session must both allow', { identity: [allow()], session: elsewhere }, 'implicitDeny', 'session'],
    ['a wider session adds nothing', { identity: [elsewhere], session: allow() }, 'implicitDeny', 'identity'],
    [
      'a session limits what the bucket allows',
      { identity: [], session: elsewhere, bucket: forAnn },
      'implicitDeny',
      'session',
    ],
    ['both allow', { identity: [allow()], session: allow() }, 'allow', 'identity'],
  ])('%s', (_, access, decision, policy) => {
    expect(evaluateAccess(access, request())).toMatchObject({ decision, policy });
  });

  test('the context is looked at where a condition asks, and nowhere else', () => {
    const asked = {
      ...request(),
      get context(): never {
        throw new Error('looked at');
      },
    };
    expect(evaluateAccess({ identity: 'root' }, asked)).toMatchObject({ decision: 'allow' });
    expect(evaluateAccess({ identity: [] }, asked)).toMatchObject({ decision: 'implicitDeny' });
    expect(evaluateAccess({ identity: 'root', bucket: deny() }, asked)).toMatchObject({ decision: 'explicitDeny' });
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    expect(() => evaluateAccess({ identity: 'root', bucket: deny({ Condition }) }, asked)).toThrow('looked at');
  });

  test('explain names the statement that decides, and why the others did not', () => {
    const policies = [
      allow(),
      deny({ Resource: 'arn:aws:s3:::b/2/*' }),
      deny({ Sid: 'Tls', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    ];
    expect(explain(policies, request({ context: { 'aws:SecureTransport': 'false' } }))).toEqual({
      decision: 'explicitDeny',
      statement: 'Tls',
      document: 2,
      trace: [
        { document: 0, statement: 0, effect: 'Allow', applies: true },
        { document: 1, statement: 'No', effect: 'Deny', applies: false, fails: 'Resource' },
        { document: 2, statement: 'Tls', effect: 'Deny', applies: true },
      ],
    });
    expect(explain(policies, request()).trace[2]).toMatchObject({ fails: 'Bool aws:SecureTransport' });
  });
});

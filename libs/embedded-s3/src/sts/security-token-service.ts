import { randomUUID } from 'node:crypto';
import type { Role } from '../account/account.js';
import { S3Error } from '../errors/s3-error.js';
import type { Answer } from '../http/answer.js';
import { STS_NAMESPACE, xmlAnswer } from '../http/answer.js';
import { evaluatePolicy } from '../policy/index.js';
import { conditionContext } from '../request/condition-context.js';
import type { Context, Operation } from '../request/context.js';
import type { XmlNode } from '../xml/xml-writer.js';
import { readAssumeRole } from './assume-role.js';
import { openSession } from './session.js';

const MAX_BYTES = 64 * 1024;

/** The Security Token Service: a form that names its action. */
async function securityTokenService(ctx: Context): Promise<Answer> {
  const form = new URLSearchParams((await ctx.payload.read(MAX_BYTES)).toString('utf8'));
  const params = new Map(form);
  if (params.size !== [...form].length) throw new S3Error('ValidationError', 'A parameter occurs more than once.');
  const action = params.get('Action');
  if (params.get('Version') !== '2011-06-15') throw new S3Error('InvalidAction', 'The version must be 2011-06-15.');
  if (action === 'AssumeRole') return assumeRole(ctx, params);
  if (action === 'GetCallerIdentity') return getCallerIdentity(ctx);
  throw new S3Error('InvalidAction', `Could not find operation ${action ?? ''} for version 2011-06-15`);
}

function assumeRole(ctx: Context, params: ReadonlyMap<string, string>): Answer {
  const { s3, caller } = ctx;
  const request = readAssumeRole(params);
  const role = s3.roles.find(({ name }) => request.roleArn === `arn:aws:iam::${s3.accountId}:role/${name}`);
  if (!role || !mayAssume(ctx, role, request.roleArn))
    throw new S3Error(
      'AccessDenied',
      `User: ${caller.identity.sessionArn ?? caller.identity.principalArn} is not authorized to perform: sts:AssumeRole on resource: ${request.roleArn}`,
    );
  const session = openSession(role, request, { accountId: s3.accountId, now: s3.clock.now() });
  s3.identities.add(session);
  return answer('AssumeRole', {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expiresAt).toISOString(),
    },
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.sessionArn },
    PackedPolicySize: request.packedPolicySize,
  });
}

/** A role that names a user trusts it; one that names nobody trusts the account, whose users' own policies then count. A session assumes no further role. */
function mayAssume(ctx: Context, role: Role, roleArn: string): boolean {
  const { identity } = ctx.caller;
  if (identity.kind === 'session') return false;
  if (role.trust) return identity.kind === 'user' && role.trust.includes(identity.name);
  if (!identity.policy) return true;
  const principal = { arn: identity.principalArn, accountId: roleArn.split(':')[4] ?? '', tags: identity.tags };
  const action = 'sts:AssumeRole';
  const context = conditionContext(ctx, { action, bucket: '', key: '' });
  const request = { action, resource: roleArn, principal, context };
  return evaluatePolicy([identity.policy], request).decision === 'allow';
}

function getCallerIdentity({ s3, caller: { identity } }: Context): Answer {
  return answer('GetCallerIdentity', {
    Arn: identity.sessionArn ?? identity.principalArn,
    UserId: identity.userId,
    Account: s3.accountId,
  });
}

const answer = (action: string, result: XmlNode): Answer =>
  xmlAnswer(
    `${action}Response`,
    { [`${action}Result`]: result, ResponseMetadata: { RequestId: randomUUID() } },
    {},
    STS_NAMESPACE,
  );

export const stsOperations: readonly Operation[] = [
  {
    name: 'SecurityTokenService',
    method: 'POST',
    level: 'service',
    service: 'sts',
    action: '',
    run: securityTokenService,
  },
];

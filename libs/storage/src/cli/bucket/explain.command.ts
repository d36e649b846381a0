import { readFile } from 'node:fs/promises';
import { bucketPolicy } from '../../bucket/desired/bucket-policy.js';
import { bucketOptionsOf } from '../../bucket/apply/check-bucket.js';
import { appPolicy, archiverPolicy, tenantRolePolicy } from '../../bucket/desired/iam-policies.js';
import { policyDocument, type PolicyDocument } from '../../bucket/desired/policy-document.js';
import type { Arguments } from '../arguments.js';
import { rulesFrom, settingsFrom } from '../inputs.js';
import { UsageError, type ExitCode, type Io } from '../io.js';
import { columns } from '../table.js';

const anyone: PolicyDocument = policyDocument([{ Sid: 'Anything', Effect: 'Allow', Action: '*', Resource: '*' }]);

/** Whether a request may pass, by the policies that this package prints; 0 when it may, 1 when not. */
export async function explainCommand(args: Arguments, io: Io): Promise<ExitCode> {
  const { tenantRole, ...settings } = settingsFrom(args, io.env, { offline: true });
  const options = bucketOptionsOf({ ...settings, tenantRole }, rulesFrom(args));
  const policy = args.text('policy-file');
  const bucket = policy ? (JSON.parse(await readFile(policy, 'utf8')) as PolicyDocument) : bucketPolicy(options);
  const identities = {
    anyone: { policy: anyone, arn: 'arn:aws:iam::000000000000:role/anyone' },
    app: { policy: appPolicy(options), arn: args.text('app-role-arn') ?? 'arn:aws:iam::000000000000:role/app' },
    tenant: { policy: tenantRolePolicy(options, tenantRole), arn: tenantRole?.roleArn },
    archiver: { policy: archiverPolicy(options, tenantRole), arn: tenantRole?.archiverRoleArn },
  };
  const as = args.oneOf('as', ['anyone', 'app', 'tenant', 'archiver']) ?? 'anyone';
  const { policy: identity, arn = args.text('principal') } = identities[as];
  const principal = args.text('principal') ?? arn;
  if (!principal) throw new UsageError(`--as ${as} needs --${as}-role-arn.`);
  const key = args.text('key');
  const resource = `arn:${options.partition}:s3:::${options.bucket}${key === undefined ? '' : `/${key}`}`;
  const request = {
    action: args.required('action'),
    resource,
    principal: { arn: principal, accountId: principal.split(':')[4] ?? '' },
    context: contextFrom(args, principal),
  };
  // Only this command needs the evaluator, and nothing that runs in production may.
  const { explain } = await import('../../testing/policy.js');
  const documents = ['identity policy', 'bucket policy'];
  const { decision, statement, document, trace } = explain([identity, bucket], request);
  const isAllowed = decision === 'allow';
  if (args.switch('json')) {
    const policies = trace.map((each) => ({ ...each, document: documents[each.document] }));
    io.out(
      JSON.stringify({ decision, statement, document: documents[document ?? -1], request, trace: policies }, null, 2),
    );
    return isAllowed ? 0 : 1;
  }
  const by = statement === undefined ? 'no statement allows it' : `${statement} of the ${documents[document!]}`;
  io.out(`${isAllowed ? 'ALLOWED' : 'DENIED'}: ${by}`);
  io.out(`${request.action} on ${resource} as ${principal}`);
  const rows = Object.entries(request.context).map(([name, value]) => [name, String(value)]);
  for (const line of columns(rows)) io.out(line);
  io.out('');
  const traced = trace.map(({ document, statement, effect, applies, fails }) => [
    effect,
    String(statement),
    documents[document] ?? '',
    applies ? 'applies' : `does not apply: ${fails}`,
  ]);
  for (const line of columns(traced)) io.out(line);
  return isAllowed ? 0 : 1;
}

function contextFrom(args: Arguments, principal: string): Record<string, string> {
  const [presigned, form] = [args.whole('presigned'), args.whole('form')];
  const [org, referer] = [args.text('org'), args.text('referer')];
  const age = presigned ?? form;
  const more = args.list('context').map((pair) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (!name || value === undefined) throw new UsageError('--context is KEY=VALUE, such as s3:prefix=1/.');
    return [name, value] as const;
  });
  return {
    'aws:SecureTransport': 'true',
    's3:TlsVersion': '1.3',
    's3:authType': presigned !== undefined ? 'REST-QUERY-STRING' : form !== undefined ? 'POST' : 'REST-HEADER',
    ...(age !== undefined && { 's3:signatureAge': String(age * 1000) }),
    'aws:PrincipalArn': principal,
    // A part of a multipart upload is none: --context s3:ObjectCreationOperation=false
    ...(args.text('action') === 's3:PutObject' && { 's3:ObjectCreationOperation': 'true' }),
    ...(org && { 'aws:PrincipalTag/OrgId': org }),
    ...(referer && { 'aws:Referer': referer }),
    ...Object.fromEntries(more),
  };
}

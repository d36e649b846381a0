import { explain, type PolicyDocument as EvaluatedPolicy } from '../../../embedded-s3/src/policy/index.js';
import { bucketPolicy } from '../../src/bucket/desired/bucket-policy.js';
import type { BucketOptions } from '../../src/bucket/desired/bucket.options.js';

export type Context = Record<string, string | number>;

const role = (name: string) => `arn:aws:iam::111122223333:role/restartix-${name}`;
export const [app, tenant, archiver, breakGlass] = ['app', 'tenant', 'audit-archiver', 'break-glass'].map(role) as [
  string,
  string,
  string,
  string,
];
export const options: BucketOptions = {
  bucket: 'restartix-uploads',
  appOrigins: ['https://app.restartix.com', 'https://restartix.com', 'https://www.restartix.com'],
  tenantRoleArn: tenant,
  archiverRoleArns: [archiver],
  breakGlassRoleArns: [breakGlass],
};

/** Everything is allowed by IAM here, so that only the bucket policy can object: its deciding statement, or `allow`. */
export function decision(settings: BucketOptions, action: string, key: string, ctx: Context = {}): string {
  const context: Context = {
    'aws:SecureTransport': 'true',
    's3:TlsVersion': '1.3',
    's3:authType': 'REST-HEADER',
    'aws:PrincipalArn': app,
    ...ctx,
  };
  const everything: EvaluatedPolicy = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const { decision, statement } = explain([everything, bucketPolicy(settings)], {
    action: `s3:${action}`,
    resource: `arn:aws:s3:::restartix-uploads/${key}`,
    principal: { arn: String(context['aws:PrincipalArn']), accountId: '111122223333' },
    context,
  });
  return decision === 'allow' ? 'allow' : String(statement);
}

export const presigned = (age: number, more: Context = {}): Context => ({
  's3:authType': 'REST-QUERY-STRING',
  's3:signatureAge': age * 1000,
  ...more,
});
export const form = (age: number): Context => ({ ...presigned(age), 's3:authType': 'POST' });
export const session = (arn: string, org?: string): Context => ({
  'aws:PrincipalArn': arn,
  ...(org && { 'aws:PrincipalTag/OrgId': org }),
});
export const sse = (algorithm: string): Context => ({ 's3:x-amz-server-side-encryption': algorithm });

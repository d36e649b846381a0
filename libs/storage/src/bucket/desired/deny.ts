import type { PolicyConditions, PolicyStatement } from './policy-document.js';

export const reads = ['s3:GetObject', 's3:GetObjectVersion'];
/** Every right a write of ours can need, with the steps of a multipart upload. */
export const writes = ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];
/** Whatever anybody can do with an object. */
export const everyUse = ['s3:GetObject*', 's3:PutObject*', 's3:DeleteObject*', 's3:RestoreObject', ...writes.slice(2)];

/** One statement of the bucket's policy: it denies everybody. */
export const deny = (
  Sid: string,
  Action: string | string[],
  where: Pick<PolicyStatement, 'Resource' | 'NotResource'>,
  Condition?: PolicyConditions,
): PolicyStatement => ({ Sid, Effect: 'Deny', Principal: '*', Action, ...where, ...(Condition && { Condition }) });

/** All objects whose keys begin so. */
export const objects = (arn: string, ...prefixes: string[]) =>
  prefixes.length === 1 ? `${arn}/${prefixes[0]}*` : prefixes.map((prefix) => `${arn}/${prefix}*`);

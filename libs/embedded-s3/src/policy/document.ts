/** What AWS accepts where a policy takes one value or several. */
export type OneOrMany<T> = T | T[];

export type PolicyPrincipal = '*' | Record<string, OneOrMany<string>>;

/** Operator → condition key → values, as written in the document. */
export type PolicyConditions = Record<string, Record<string, OneOrMany<string | number | boolean>>>;

export interface PolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: PolicyPrincipal;
  NotPrincipal?: PolicyPrincipal;
  Action?: OneOrMany<string>;
  NotAction?: OneOrMany<string>;
  Resource?: OneOrMany<string>;
  NotResource?: OneOrMany<string>;
  Condition?: PolicyConditions;
}

/** A policy as people write it. {@link parsePolicy} tells whether it is one. */
export interface PolicyDocument {
  Version?: string;
  Id?: string;
  Statement: OneOrMany<PolicyStatement>;
}

/** One request as the evaluator sees it; plain data, so that it can be asked about without a server. */
export interface PolicyRequest {
  /** `s3:GetObject` */
  action: string;
  /** `arn:aws:s3:::bucket/key`, or `arn:aws:s3:::bucket` for actions on the bucket */
  resource: string;
  principal: Principal;
  /** Condition keys and their values; a key that the request does not have is absent. */
  context: Record<string, ContextValue>;
}

export interface Principal {
  /** A user's or root's ARN; of an assumed role the session's (`arn:aws:sts::…:assumed-role/NAME/SESSION`). */
  arn: string;
  accountId: string;
  accessKeyId?: string;
  /** Seen as `aws:PrincipalTag/NAME`. */
  tags?: Readonly<Record<string, string>>;
}

export type ContextValue = string | string[] | number | boolean;

/** A document that AWS would refuse: S3 answers MalformedPolicy, STS MalformedPolicyDocument. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

export const listOf = <T>(value: OneOrMany<T> | undefined): T[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

export const statementsOf = (document: PolicyDocument): PolicyStatement[] => listOf(document.Statement);

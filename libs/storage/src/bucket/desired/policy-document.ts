import { patternsOf, type Area } from '../../keys/areas.js';

/** A policy in the form that S3, IAM and STS take. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html */
export interface PolicyDocument {
  Version: '2012-10-17';
  Id?: string;
  Statement: PolicyStatement[];
}

/** Operator → condition key → values. */
export type PolicyConditions = Record<string, Record<string, string | string[]>>;

export interface PolicyStatement {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal?: '*' | Record<string, string | string[]>;
  Action: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: PolicyConditions;
}

/** A document of the statements that are asked for. */
export function policyDocument(
  statements: readonly (PolicyStatement | false | undefined)[],
  id?: string,
): PolicyDocument {
  return {
    Version: '2012-10-17',
    ...(id && { Id: id }),
    Statement: statements.filter((statement) => typeof statement === 'object'),
  };
}

/** The organisation of whoever asks, as its session or role is tagged. */
export const ownOrg = '${aws:PrincipalTag/OrgId}';

/** All objects of these areas, of every organisation. */
export const keysIn = (arn: string, areas: readonly Area[]): string[] =>
  areas.flatMap(patternsOf).map((pattern) => `${arn}/${pattern}*`);

import { listOf, type PolicyPrincipal, type PolicyRequest, type PolicyStatement } from './document.js';

/** Whether a statement speaks of the one who asks. A statement without principals is an identity's own policy. */
export function principalMatches(statement: PolicyStatement, request: PolicyRequest): boolean {
  if (statement.Principal !== undefined) return names(statement.Principal, statement.Effect, request);
  return statement.NotPrincipal === undefined || !names(statement.NotPrincipal, statement.Effect, request);
}

function names(written: PolicyPrincipal, effect: PolicyStatement['Effect'], request: PolicyRequest): boolean {
  if (written === '*') return true;
  const { arn, accountId, accessKeyId } = request.principal;
  const role = request.context['aws:PrincipalArn'];
  const root = `arn:aws:iam::${accountId}:root`;
  return listOf(written['AWS']).some((name) => {
    // An Allow to the account leaves it to the account's own policies, so of its principals it only reaches root.
    if (name === accountId || name === root) return effect === 'Deny' || arn === root;
    return name === '*' || name === arn || name === role || name === accessKeyId;
  });
}

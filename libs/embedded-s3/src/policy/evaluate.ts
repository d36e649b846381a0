import { actionMatches } from './actions.js';
import { failingCondition } from './condition.js';
import { listOf, statementsOf, type PolicyDocument, type PolicyRequest, type PolicyStatement } from './document.js';
import { textMatches, type Lookup } from './pattern.js';
import { principalMatches } from './principal.js';

export interface Decision {
  decision: 'allow' | 'explicitDeny' | 'implicitDeny';
  /** The statement that decided: its Sid, or its position when it has none. Absent when nothing spoke of the request. */
  statement?: string | number;
  /** Position in the list of the document that holds the statement. */
  document?: number;
}

/** What each statement had to say; `fails` names the first element that kept it from applying. */
export interface StatementTrace {
  document: number;
  statement: string | number;
  effect: 'Allow' | 'Deny';
  applies: boolean;
  fails?: string;
}

/** Whether these documents together let the request pass: a Deny wins over any Allow. */
export function evaluatePolicy(documents: PolicyDocument[], request: PolicyRequest): Decision {
  return decisionOf(documents, request, valuesFor(request));
}

function decisionOf(documents: PolicyDocument[], request: PolicyRequest, values: Values): Decision {
  const { decision, statement, document } = explainWith(documents, request, values);
  return { decision, ...(statement !== undefined && { statement, document }) };
}

/** As {@link evaluatePolicy}, with what every statement had to say. */
export function explain(documents: PolicyDocument[], request: PolicyRequest): Decision & { trace: StatementTrace[] } {
  return explainWith(documents, request, valuesFor(request));
}

function explainWith(
  documents: PolicyDocument[],
  request: PolicyRequest,
  values: Values,
): Decision & { trace: StatementTrace[] } {
  const trace = documents.flatMap((policy, document) => {
    // Variables came with this version; in older documents `${…}` is text.
    const lookup: Lookup | undefined = policy.Version === '2012-10-17' ? (key) => values(key)?.[0] : undefined;
    return statementsOf(policy).map((statement, index): StatementTrace => {
      const fails = mismatch(statement, request, values, lookup);
      const name = statement.Sid || index;
      return { document, statement: name, effect: statement.Effect, applies: !fails, ...(fails && { fails }) };
    });
  });
  const decisive =
    trace.find(({ applies, effect }) => applies && effect === 'Deny') ?? trace.find(({ applies }) => applies);
  if (!decisive) return { decision: 'implicitDeny', trace };
  const { statement, document, effect } = decisive;
  return { decision: effect === 'Deny' ? 'explicitDeny' : 'allow', statement, document, trace };
}

/** All that limits one request. A role's session has the rights that both its role and its session policy give. */
export interface Access {
  /** Policies of the user or role; `'root'` may do everything that no bucket policy denies. */
  identity: PolicyDocument[] | 'root';
  session?: PolicyDocument;
  bucket?: PolicyDocument;
}

/**
 * The decision over every policy that concerns a request within one account, and which kind of policy took it. Where there
 * is none, nothing is asked: the request's context is not looked at.
 */
export function evaluateAccess(
  access: Access,
  request: PolicyRequest,
): Decision & { policy?: 'identity' | 'session' | 'bucket' } {
  const values = valuesFor(request);
  const ask = (documents: PolicyDocument[]): Decision =>
    documents.length > 0 ? decisionOf(documents, request, values) : { decision: 'implicitDeny' };
  const allow: Decision = { decision: 'allow' };
  const bucket = { ...ask(access.bucket ? [access.bucket] : []), policy: 'bucket' as const };
  const session = { ...(access.session ? ask([access.session]) : allow), policy: 'session' as const };
  const identity = { ...(access.identity === 'root' ? allow : ask(access.identity)), policy: 'identity' as const };
  const denied = [bucket, session, identity].find(({ decision }) => decision === 'explicitDeny');
  if (denied) return denied;
  if (session.decision !== 'allow') return session;
  return bucket.decision === 'allow' && identity.decision !== 'allow' ? bucket : identity;
}

function mismatch(
  statement: PolicyStatement,
  request: PolicyRequest,
  values: Values,
  lookup: Lookup | undefined,
): string | undefined {
  if (!principalMatches(statement, request)) return 'Principal' in statement ? 'Principal' : 'NotPrincipal';
  const action = (written: string): boolean => actionMatches(written, request.action);
  if (statement.Action !== undefined && !listOf(statement.Action).some(action)) return 'Action';
  if (statement.NotAction !== undefined && listOf(statement.NotAction).some(action)) return 'NotAction';
  const resource = (written: string): boolean => textMatches(written, request.resource, lookup);
  if (statement.Resource !== undefined && !listOf(statement.Resource).some(resource)) return 'Resource';
  if (statement.NotResource !== undefined && listOf(statement.NotResource).some(resource)) return 'NotResource';
  return failingCondition(statement.Condition ?? {}, values, lookup);
}

type Values = (key: string) => string[] | undefined;

/** Condition keys ignore case, and a principal's tags are among them. They are looked at once something asks for one. */
function valuesFor(request: PolicyRequest): Values {
  let values: Map<string, string[]> | undefined;
  return (key) => (values ??= valuesOf(request)).get(key.toLowerCase());
}

function valuesOf({ context, principal }: PolicyRequest): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of Object.entries(principal.tags ?? {}))
    values.set(`aws:principaltag/${name}`.toLowerCase(), [value]);
  for (const [key, value] of Object.entries(context)) values.set(key.toLowerCase(), listOf(value).map(String));
  return values;
}

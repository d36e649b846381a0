import { reach } from './actions.js';
import { checkConditions } from './condition.js';
import {
  listOf,
  PolicyError,
  statementsOf,
  type PolicyConditions,
  type PolicyDocument,
  type PolicyPrincipal,
  type PolicyStatement,
} from './document.js';
import { textMatches } from './pattern.js';

/** A bucket policy names principals and only its own bucket; an identity's policy names neither. */
export type PolicyKind = { bucket: string } | 'identity';

/** Bytes of a bucket policy. Source: S3 User Guide, "Bucket policies". */
export const MAX_BUCKET_POLICY = 20 * 1024;

const STATEMENT_KEYS = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);

/**
 * Reads a policy and checks it as AWS does when it is stored.
 *
 * Throws {@link PolicyError} with the reason when AWS would refuse the document.
 */
export function parsePolicy(source: string | object, kind: PolicyKind): PolicyDocument {
  if (kind !== 'identity' && typeof source === 'string' && Buffer.byteLength(source) > MAX_BUCKET_POLICY)
    throw new PolicyError(`The bucket policy is larger than ${MAX_BUCKET_POLICY} bytes`);
  const document: unknown = typeof source === 'string' ? json(source) : source;
  if (!isRecord(document)) throw new PolicyError('Policies must be valid JSON and the first byte must be "{"');
  const unknown = Object.keys(document).find((key) => !['Version', 'Id', 'Statement'].includes(key));
  if (unknown) throw new PolicyError(`Unknown field ${unknown}`);
  if (document['Version'] !== undefined && !['2012-10-17', '2008-10-17'].includes(String(document['Version'])))
    throw new PolicyError('The policy must contain a valid version string');
  if (document['Id'] !== undefined && typeof document['Id'] !== 'string') throw new PolicyError('Id must be a string');
  const statements = listOf(document['Statement'] as unknown);
  if (statements.length === 0) throw new PolicyError('Missing required field Statement');
  for (const statement of statements) checkStatement(statement, kind);
  const policy = document as unknown as PolicyDocument;
  const sids = statementsOf(policy).flatMap(({ Sid }) => (Sid ? [Sid] : []));
  if (new Set(sids).size !== sids.length)
    throw new PolicyError('Statement IDs (SID) in a single policy must be unique');
  return policy;
}

function checkStatement(statement: unknown, kind: PolicyKind): asserts statement is PolicyStatement {
  if (!isRecord(statement)) throw new PolicyError('Statement must be an object');
  const unknown = Object.keys(statement).find((key) => !STATEMENT_KEYS.has(key));
  if (unknown) throw new PolicyError(`Unknown field ${unknown}`);
  if (statement['Effect'] !== 'Allow' && statement['Effect'] !== 'Deny')
    throw new PolicyError(`Invalid effect: ${String(statement['Effect'])}`);
  const { Sid: sid, Condition: condition } = statement;
  if (sid !== undefined && typeof sid !== 'string') throw new PolicyError('Sid must be a string');
  checkPrincipal(statement, kind);
  const actions = oneOf(statement, 'Action', 'NotAction');
  const resources = oneOf(statement, 'Resource', 'NotResource');
  if (kind !== 'identity') checkReach(statement, actions, resources, kind.bucket);
  if (condition === undefined) return;
  if (!isRecord(condition) || !Object.values(condition).every(isConditionBlock))
    throw new PolicyError('Condition must map operators to condition keys and their values');
  checkConditions(condition as PolicyConditions, kind === 'identity');
}

function checkReach(statement: Record<string, unknown>, actions: string[], resources: string[], bucket: string): void {
  const root = `arn:aws:s3:::${bucket}`;
  const targets = resources.map((resource) => {
    const [arn = '', ...key] = resource.split('/');
    if (!textMatches(arn, root, undefined)) throw new PolicyError('Policy has invalid resource');
    return { objects: key.length > 0 || arn.endsWith('*'), buckets: key.length === 0 };
  });
  for (const action of actions) {
    const known = reach(action);
    if (!known.objects && !known.buckets) throw new PolicyError('Policy has invalid action');
    const applies = targets.some((t) => (t.objects && known.objects) || (t.buckets && known.buckets));
    if ('Action' in statement && 'Resource' in statement && !applies)
      throw new PolicyError('Action does not apply to any resource(s) in statement');
  }
}

function checkPrincipal(statement: Record<string, unknown>, kind: PolicyKind): void {
  const written = ['Principal', 'NotPrincipal'].filter((key) => key in statement);
  if (kind === 'identity') {
    if (written.length > 0) throw new PolicyError('Policy document should not specify a principal.');
    return;
  }
  if (written.length !== 1) throw new PolicyError('Missing required field Principal');
  const principal = statement[written[0]!] as PolicyPrincipal;
  if (principal === '*') return;
  const valid =
    isRecord(principal) &&
    Object.keys(principal).length > 0 &&
    Object.entries(principal).every(
      ([type, names]) =>
        ['AWS', 'CanonicalUser', 'Federated', 'Service'].includes(type) &&
        isTexts(names) &&
        (type !== 'AWS' || listOf(names as string).every(isAwsPrincipal)),
    );
  if (!valid) throw new PolicyError('Invalid principal in policy');
}

/** Everyone, an account, an ARN without wildcards, or an access key. */
const isAwsPrincipal = (name: string): boolean =>
  /^(\*|\d{12}|arn:aws[\w-]*:(iam|sts)::\d{12}:[^*?]+|[\w-]{3,128})$/.test(name);

function oneOf(statement: Record<string, unknown>, name: string, negated: string): string[] {
  if (name in statement === negated in statement)
    throw new PolicyError(
      name in statement ? `${name} and ${negated} exclude each other` : `Missing required field ${name}`,
    );
  const value = statement[name] ?? statement[negated];
  if (!isTexts(value)) throw new PolicyError(`${name} must be a text or a list of texts`);
  return listOf(value as string);
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PolicyError('This policy contains invalid Json');
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean => {
  const values = listOf(value);
  return values.length > 0 && values.every((text) => typeof text === 'string' && text !== '');
};
const isConditionBlock = (block: unknown): boolean =>
  isRecord(block) &&
  Object.values(block).every((values) =>
    listOf(values).every((value) => ['string', 'number', 'boolean'].includes(typeof value)),
  );

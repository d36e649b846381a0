import { S3Error } from '../errors/s3-error.js';

type Condition =
  | { operator: 'eq' | 'starts-with'; field: string; value: string; written: unknown }
  | { operator: 'content-length-range'; from: number; to: number };

/** What a signed form may contain. Source: S3 API reference, "POST policy". */
export interface PostPolicy {
  expiration: Date;
  conditions: Condition[];
}

/** Bytes of the file, both inclusive. */
export interface SizeRange {
  from: number;
  to: number;
}

/** Reads the base64 of a policy. @throws S3Error InvalidPolicyDocument */
export function parsePostPolicy(base64: string): PostPolicy {
  const document = decode(base64);
  if (!isRecord(document)) throw invalid('Invalid JSON.');
  const { expiration, conditions } = document;
  if (typeof expiration !== 'string') throw invalid('Policy missing expiration.');
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(expiration) ? Date.parse(expiration) : Number.NaN;
  if (Number.isNaN(at)) throw invalid(`Invalid 'expiration' value: '${expiration}'`);
  if (!Array.isArray(conditions)) throw invalid('Policy missing conditions.');
  return { expiration: new Date(at), conditions: conditions.map(readCondition) };
}

/** Fields that need no condition. */
const EXEMPT = /^(x-amz-signature|file|policy|x-ignore-.*)$/;

/**
 * Checks a form against its policy: it has not expired, every condition is met by a field, every field by a condition.
 *
 * @param fields lower-case names, variables filled in
 * @returns the range that the file's size must lie in, if the policy has any
 * @throws S3Error AccessDenied
 */
export function checkForm(
  policy: PostPolicy,
  fields: ReadonlyMap<string, string>,
  { bucket, now }: { bucket: string; now: Date },
): SizeRange | undefined {
  if (now >= policy.expiration) throw refused('Policy expired.');
  const given = new Map([...fields, ['bucket', bucket]]);
  let range: SizeRange | undefined;
  for (const condition of policy.conditions) {
    if (condition.operator === 'content-length-range') {
      range = { from: Math.max(range?.from ?? 0, condition.from), to: Math.min(range?.to ?? Infinity, condition.to) };
    } else if (!holds(condition, given.get(condition.field))) {
      throw refused(`Policy Condition failed: ${JSON.stringify(condition.written)}`);
    }
  }
  const allowed = new Set(policy.conditions.map((condition) => ('field' in condition ? condition.field : '')));
  const extra = [...fields.keys()].filter((field) => !EXEMPT.test(field) && !allowed.has(field));
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`);
  if (fields.has('bucket') && fields.get('bucket') !== bucket) throw refused('The bucket is another.');
  return range;
}

function holds({ operator, field, value }: Exclude<Condition, SizeRange>, given: string | undefined): boolean {
  if (given === undefined) return false;
  if (operator === 'eq') return given === value;
  // Several content types in one field: each must start that way.
  const values = field === 'content-type' ? given.split(',').map((type) => type.trim()) : [given];
  return values.every((each) => each.startsWith(value));
}

/** Passes a file on as long as it stays within its range. @throws S3Error EntityTooLarge, EntityTooSmall */
export async function* withinRange(
  contents: AsyncIterable<Buffer>,
  range: SizeRange | undefined,
): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of contents) {
    size += chunk.length;
    if (range && size > range.to)
      throw new S3Error('EntityTooLarge', undefined, {
        ProposedSize: String(size),
        MaxSizeAllowed: String(range.to),
      });
    yield chunk;
  }
  if (range && size < range.from)
    throw new S3Error('EntityTooSmall', undefined, { ProposedSize: String(size), MinSizeAllowed: String(range.from) });
}

function readCondition(written: unknown): Condition {
  if (Array.isArray(written)) return readList(written);
  if (!isRecord(written)) throw invalid('Invalid condition.');
  const [entry, ...others] = Object.entries(written);
  if (!entry || others.length > 0) throw invalid('Simple-Conditions must have exactly one property specified.');
  const [field, value] = entry;
  if (typeof value !== 'string') throw invalid('Invalid Simple-Condition: value must be a string.');
  return { operator: 'eq', field: field.toLowerCase(), value, written: ['eq', `$${field}`, value] };
}

function readList(written: unknown[]): Condition {
  const [operator, first, second] = written;
  const name = String(operator).toLowerCase();
  if (written.length !== 3) throw invalid('Invalid condition: three elements are expected.');
  if (name === 'content-length-range') {
    const [from, to] = [size(first), size(second)];
    if (from > to) throw invalid('Invalid content-length-range.');
    return { operator: name, from, to };
  }
  if (name !== 'eq' && name !== 'starts-with') throw invalid(`Invalid condition operator: ${name}`);
  if (typeof first !== 'string' || !/^\$./.test(first) || typeof second !== 'string')
    throw invalid('Invalid condition: a $field and a text are expected.');
  return { operator: name, field: first.slice(1).toLowerCase(), value: second, written };
}

function size(value: unknown): number {
  if (!/^\d{1,15}$/.test(String(value))) throw invalid('Invalid content-length-range.');
  return Number(value);
}

function decode(base64: string): unknown {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64.replace(/\s+/g, ''))) throw invalid('Invalid Base64.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(base64, 'base64')));
  } catch {
    throw invalid('Invalid JSON.');
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const invalid = (reason: string): S3Error => new S3Error('InvalidPolicyDocument', `Invalid Policy: ${reason}`);
const refused = (reason: string): S3Error => new S3Error('AccessDenied', `Invalid according to Policy: ${reason}`);

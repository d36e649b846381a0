import { BlockList, isIP } from 'node:net';
import { isConditionKey } from './condition-keys.js';
import { listOf, PolicyError, type PolicyConditions } from './document.js';
import { fillIn, literal, matches, split, textMatches, type Lookup } from './pattern.js';

/** Whether one value of the request matches one value of the policy. */
type Test = (wanted: string, actual: string, lookup: Lookup | undefined) => boolean;

interface Operator {
  test: Test;
  negated: boolean;
  /** Whether S3 would take this value in a document. */
  accepts?: (value: string) => boolean;
}

const exact =
  (fold: (text: string) => string): Test =>
  (wanted, actual, lookup) => {
    const pattern = fillIn(wanted, lookup);
    return pattern !== undefined && fold(literal(pattern)) === fold(actual);
  };
// ArnEquals and ArnLike behave identically: wildcards count in each of the six parts, and none crosses a colon but the last.
const arn: Test = (wanted, actual, lookup) => {
  const pattern = fillIn(wanted, lookup);
  if (!pattern) return false;
  const parts = split(pattern, ':', 6);
  const [values, rest] = [actual.split(':').slice(0, 5), actual.split(':').slice(5).join(':')];
  return parts.length === 6 && parts.every((part, i) => matches(part, i < 5 ? (values[i] ?? '') : rest));
};
const ordered =
  (read: (text: string) => number, holds: (actual: number, wanted: number) => boolean): Test =>
  (wanted, actual) =>
    holds(read(actual), read(wanted));

const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));
const isNumber = (text: string): boolean => Number.isFinite(number(text));
const time = (text: string): number => (isNumber(text) ? number(text) * 1000 : Date.parse(text));
const isTime = (text: string): boolean => Number.isFinite(time(text));
const isBool = (text: string): boolean => /^(true|false)$/i.test(text);

function blockOf(range: string): BlockList | undefined {
  const [address = '', bits] = range.split('/');
  const version = isIP(address);
  const prefix = bits === undefined ? (version === 6 ? 128 : 32) : number(bits);
  if (!version || !Number.isInteger(prefix) || prefix < 0 || prefix > (version === 6 ? 128 : 32)) return undefined;
  const block = new BlockList();
  block.addSubnet(address, prefix, version === 6 ? 'ipv6' : 'ipv4');
  return block;
}
const inRange: Test = (wanted, actual) =>
  isIP(actual) !== 0 && (blockOf(wanted)?.check(actual, isIP(actual) === 6 ? 'ipv6' : 'ipv4') ?? false);

const comparisons = {
  Equals: (a: number, b: number) => a === b,
  LessThan: (a: number, b: number) => a < b,
  LessThanEquals: (a: number, b: number) => a <= b,
  GreaterThan: (a: number, b: number) => a > b,
  GreaterThanEquals: (a: number, b: number) => a >= b,
};

const operators = new Map<string, Operator>();
const pair = (positive: string, negative: string, test: Test, accepts?: Operator['accepts']): void => {
  operators.set(positive, { test, negated: false, accepts });
  operators.set(negative, { test, negated: true, accepts });
};
pair('StringEquals', 'StringNotEquals', exact(String));
pair(
  'StringEqualsIgnoreCase',
  'StringNotEqualsIgnoreCase',
  exact((text) => text.toLowerCase()),
);
pair('StringLike', 'StringNotLike', textMatches);
pair('ArnEquals', 'ArnNotEquals', arn);
pair('ArnLike', 'ArnNotLike', arn);
pair('IpAddress', 'NotIpAddress', inRange, (value) => blockOf(value) !== undefined);
for (const [kind, read, accepts] of [['Numeric', number, isNumber] as const, ['Date', time, isTime] as const]) {
  for (const [name, holds] of Object.entries(comparisons))
    operators.set(kind + name, { test: ordered(read, holds), negated: false, accepts });
  operators.set(`${kind}NotEquals`, { test: ordered(read, comparisons.Equals), negated: true, accepts });
}
operators.set('Bool', { test: exact((text) => text.toLowerCase()), negated: false, accepts: isBool });
operators.set('Null', { test: exact((text) => text.toLowerCase()), negated: false, accepts: isBool });

interface Condition extends Operator {
  name: string;
  quantifier?: string;
  ifExists: boolean;
}

/** Those that were read already: documents have no others, so that these are few. */
const readBefore = new Map<string, Condition>();

function operatorOf(written: string): Condition | undefined {
  const known = readBefore.get(written);
  if (known) return known;
  const [, quantifier, name = '', ifExists] = /^(?:(ForAnyValue|ForAllValues):)?(\w+?)(IfExists)?$/.exec(written) ?? [];
  const operator = operators.get(name);
  if (!operator || (name === 'Null' && (quantifier || ifExists))) return undefined;
  const condition = { ...operator, name, quantifier, ifExists: ifExists !== undefined };
  readBefore.set(written, condition);
  return condition;
}

/**
 * Throws {@link PolicyError} for an operator that IAM does not have, a value it cannot compare, or a key that is not known.
 *
 * @param foreign whether keys of other services may occur: an identity's policy may speak of more than S3
 */
export function checkConditions(conditions: PolicyConditions, foreign: boolean): void {
  for (const [written, keys] of Object.entries(conditions)) {
    const operator = operatorOf(written);
    if (!operator) throw new PolicyError(`Invalid Condition type : ${written}`);
    for (const [key, values] of Object.entries(keys)) {
      if (!isConditionKey(key, foreign)) throw new PolicyError(`Policy has an invalid condition key: ${key}`);
      for (const value of listOf(values)) {
        if (operator.accepts && !operator.accepts(String(value)))
          throw new PolicyError(`Policy has an invalid value for ${written} on ${key}`);
      }
    }
  }
}

/** The first condition that does not hold, as `operator key`; undefined when all do. */
export function failingCondition(
  conditions: PolicyConditions,
  valuesOf: (key: string) => string[] | undefined,
  lookup: Lookup | undefined,
): string | undefined {
  for (const [written, keys] of Object.entries(conditions)) {
    const operator = operatorOf(written);
    for (const [key, wanted] of Object.entries(keys)) {
      if (!operator || !holds(operator, listOf(wanted).map(String), valuesOf(key), lookup)) return `${written} ${key}`;
    }
  }
  return undefined;
}

function holds(
  operator: Condition,
  wanted: string[],
  actual: string[] | undefined,
  lookup: Lookup | undefined,
): boolean {
  if (operator.name === 'Null') return wanted.some((value) => (value.toLowerCase() === 'true') === !actual?.length);
  if (!actual?.length) {
    if (operator.ifExists || operator.quantifier === 'ForAllValues') return true;
    return operator.negated && operator.quantifier !== 'ForAnyValue';
  }
  const passes = (value: string): boolean =>
    wanted.some((each) => operator.test(each, value, lookup)) !== operator.negated;
  const every = operator.quantifier === 'ForAllValues' || (operator.negated && operator.quantifier !== 'ForAnyValue');
  return every ? actual.every(passes) : actual.some(passes);
}

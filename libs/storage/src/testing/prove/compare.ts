import type { FindingKind } from './report/finding.js';
import type { Exchange } from './proof.js';
import { codeOf, isGood, type Answer } from './wire.js';

const always = new Set([
  'date',
  'x-request-id',
  'x-correlation-id',
  'request-id',
  'traceparent',
  'x-amz-request-id',
  'x-amz-id-2',
  'keep-alive',
  'connection',
]);

/** Different for each answer without giving anything away. */
const isVolatile = (header: string, more: ReadonlySet<string>): boolean => always.has(header) || more.has(header);

export interface Difference {
  kind: FindingKind;
  what: string;
}

/**
 * What tells another organisation's thing from none at all. Of refusals everything must be the same, but for what the asker
 * sent; of successes, which are about the asker's own things, status, shape and names of headers.
 */
export function difference(
  foreign: Exchange,
  absent: Exchange,
  sentValues: readonly [string, string],
  more: ReadonlySet<string>,
): Difference | undefined {
  const [a, b] = [foreign.answer, absent.answer];
  if (a.status !== b.status)
    return { kind: 'status', what: `answers ${a.status} for a foreign one, ${b.status} for an absent one` };
  const [codeA, codeB] = [codeOf(a), codeOf(b)];
  if (codeA !== codeB)
    return { kind: 'code', what: `gives the code ${codeA} for a foreign one, ${codeB} for an absent one` };
  const header = differingHeader(a, b, sentValues, more);
  if (header)
    return { kind: 'headers differ', what: `has another header ${header} for a foreign one than for an absent one` };
  const [bodyA, bodyB] = isGood(a) ? [shape(a.json), shape(b.json)] : [a.body.toString(), b.body.toString()];
  if (!same(bodyA, bodyB, sentValues)) {
    return { kind: 'message', what: `says ${quote(bodyA)} of a foreign one, ${quote(bodyB)} of an absent one` };
  }
  return undefined;
}

const quote = (text: string) => `"${text.length > 160 ? `${text.slice(0, 160)}…` : text}"`;

function differingHeader(
  a: Answer,
  b: Answer,
  sentValues: readonly [string, string],
  more: ReadonlySet<string>,
): string | undefined {
  const names = [...new Set([...Object.keys(a.headers), ...Object.keys(b.headers)])];
  return names
    .filter((name) => !isVolatile(name, more))
    .find((name) => {
      if (name in a.headers !== name in b.headers) return true;
      // These follow the text, which is compared itself.
      if (isGood(a) || name === 'content-length' || name === 'etag') return false;
      return !same(String(a.headers[name]), String(b.headers[name]), sentValues);
    });
}

/** The same but for the moment and for what was sent, which may come back. */
function same(a: string, b: string, [valueA, valueB]: readonly [string, string]): boolean {
  const [timelessA, timelessB] = [timeless(a), timeless(b)];
  return (
    timelessA === timelessB ||
    exchanged(timelessA, valueA, valueB) === timelessB ||
    exchanged(timelessB, valueB, valueA) === timelessA
  );
}

const timeless = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '{time}');

const exchanged = (text: string, value: string, by: string) =>
  text.replaceAll(encodeURIComponent(value), encodeURIComponent(by)).replaceAll(value, by);

/** Names and types, without values; of lists the first. */
function shape(json: unknown, depth = 0): string {
  if (Array.isArray(json)) return `[${json.length > 0 ? shape(json[0], depth + 1) : ''}]`;
  if (typeof json !== 'object' || json === null || depth > 6) return json === null ? 'null' : typeof json;
  return `{${Object.entries(json)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${shape(value, depth + 1)}`)}}`;
}

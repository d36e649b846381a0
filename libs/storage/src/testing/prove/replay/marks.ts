import type { Marks } from '../options.js';
import type { Answer, Sent } from '../wire.js';

/** Where something of another organisation stands in an answer. */
export interface Trace {
  what: string;
  where: 'a header' | 'the body';
  header?: string;
}

/**
 * Looks for another organisation's marks, names and secrets, also in base64, also percent-encoded. What the asker sent may
 * come back: that gives nothing away.
 */
export function traceOf(answer: Answer, sent: Sent, marks: Marks, secrets: ReadonlySet<string>): Trace | undefined {
  const asked = plain(sent.url) + JSON.stringify(sent.headers) + (sent.body?.toString('latin1') ?? '');
  const words: [what: string, text: string][] = [
    ['bytes of a file', marks.bytes],
    ['text', marks.text],
    ['the name of a file', marks.name],
    ...[...secrets].map((secret): [string, string] => ['an id', secret]),
  ];
  const unknown = words.filter(([, text]) => !asked.includes(text));
  for (const [header, value] of Object.entries(answer.headers)) {
    const found = unknown.find(([, text]) => holds(plain(String(value)), text));
    if (found) return { what: found[0], where: 'a header', header };
  }
  const body = plain(answer.body.toString('latin1'));
  const found = unknown.find(([, text]) => holds(body, text));
  return found && { what: found[0], where: 'the body' };
}

const holds = (text: string, word: string) =>
  text.includes(word) || encodings(word).some((form) => text.includes(form));

const cache = new Map<string, string[]>();

/** The part of each of the three base64 forms that does not depend on what stands before and behind. */
function encodings(word: string): string[] {
  const known = cache.get(word);
  if (known) return known;
  const forms = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(word)])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(shift === 0 ? 0 : 4, -2),
  );
  cache.set(word, forms);
  return forms;
}

function plain(text: string): string {
  return text.includes('%')
    ? text + text.replace(/%([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}

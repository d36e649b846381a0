import type { Holes, Step, StepBody, UrlChange } from './attack.js';

/** A request ready to be sent, byte for byte as it stands. */
export interface AttackRequest {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: Uint8Array;
}

export interface Filling {
  holes: Readonly<Partial<Holes>>;
  /** Tokens for `as`. */
  tokens: Readonly<Partial<Record<'a' | 'b' | 'colleague', string>>>;
  /** The honest bytes. */
  file?: Uint8Array;
  /** The headers that the ticket asks for; sent with every request to the store that has a body. */
  ticketHeaders?: Readonly<Record<string, string>>;
}

/** What a step of an attack sends. Pure, and without Node: a page can use it. @throws {Error} for a hole without filling */
export function requestOf(step: Step, { holes, tokens, file, ticketHeaders }: Filling): AttackRequest {
  const fill = (text: string) => filled(text, holes);
  const token = step.to === 'api' && step.as !== 'nobody' ? tokens[step.as] : undefined;
  if (step.to === 'api' && step.as !== 'nobody' && token === undefined) throw new Error(`No token of ${step.as}.`);
  const body = bytesOf(step.body, file, fill);
  const given: Record<string, string | null> = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(step.body && 'json' in step.body && { 'content-type': 'application/json' }),
    ...(step.to === 'store' && step.body && ticketHeaders),
    ...step.headers,
  };
  const headers = Object.entries(given).flatMap(([name, value]) =>
    value === null ? [] : [[name, fill(value)] as const],
  );
  const url = (step.changes ?? []).reduce((text, change) => changed(text, change, fill), fill(step.url));
  return { method: step.method, url, headers: Object.fromEntries(headers), ...(body && { body }) };
}

function filled(text: string, holes: Readonly<Partial<Holes>>): string {
  return text.replace(/\{(\w+)\}/g, (_whole, name: string) => {
    const value = holes[name as keyof Holes];
    if (value === undefined) throw new Error(`Nothing fills {${name}}.`);
    return value;
  });
}

function bytesOf(
  body: StepBody | undefined,
  file: Uint8Array | undefined,
  fill: (text: string) => string,
): Uint8Array | undefined {
  if (!body) return undefined;
  if ('text' in body) return new TextEncoder().encode(fill(body.text));
  if ('json' in body) return new TextEncoder().encode(fill(JSON.stringify(body.json)));
  if ('base64' in body) return Uint8Array.from(atob(body.base64), (character) => character.charCodeAt(0));
  if (!file) throw new Error('Nothing stands for the file.');
  if (body.file === 'as declared') return file;
  if (body.file === 'a byte less') return file.subarray(1);
  if (body.file === 'a byte more') return Uint8Array.from([...file, 0x21]);
  // Of the same length, and what it was at its beginning.
  return file.map((byte, at) => (at < file.length - 8 ? byte : byte ^ 0x01));
}

function changed(url: string, change: UrlChange, fill: (text: string) => string): string {
  if ('append' in change) return url + fill(change.append);
  if ('replace' in change) return url.replace(fill(change.replace), fill(change.with));
  const at = new RegExp(`([?&])${change.parameter}=([^&]*)`);
  if ('drop' in change) return url.replace(at, '$1').replace(/([?&])&/, '$1');
  if ('set' in change) return url.replace(at, `$1${change.parameter}=${fill(change.set)}`);
  return url.replace(at, (whole) => whole.slice(0, -1) + (whole.endsWith('0') ? '1' : '0'));
}

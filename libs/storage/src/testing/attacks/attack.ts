/**
 * One attempt to get at, or to leave behind, what is not one's own. Data and nothing else: it can be sent as JSON to a page, and
 * whoever runs it fills the holes (`{tokenB}`, see `Holes`) and sends the steps, see `requestOf`.
 */
export interface Attack {
  /** Stable, and unique in the list. */
  name: string;
  area: Area;
  /** One sentence: what the attacker hopes for. */
  tries: string;
  /** In order. What must happen is said of the last one; those before it must do what they say. */
  sends: readonly Step[];
  must: Outcome;
  /** Where it happened to others: advisories, weaknesses (CWE), pull requests. */
  from: readonly string[];
}

export type Area = 'signed URL' | 'ticket' | 'sign-in' | 'path' | 'lure' | 'content' | 'foreign file';

/** Whose token goes with the request. `colleague`: somebody else of organisation A. */
export type Who = 'a' | 'b' | 'colleague' | 'nobody';

export interface Step {
  to: 'api' | 'store';
  as: Who;
  method: string;
  /** To the API from its path on, to the store in full; with holes. Sent as it is: no client may tidy it up. */
  url: string;
  /** Changes of the URL once its holes are filled, one after the other. */
  changes?: readonly UrlChange[];
  /** With holes; over what a ticket asks to send, of which `null` takes one away. */
  headers?: Readonly<Record<string, string | null>>;
  body?: StepBody;
  /** Seconds that the store's clock is put forward before. Where that cannot be done the attack is left out, and told. */
  later?: number;
}

export type UrlChange =
  | { replace: string; with: string }
  | { parameter: string; set: string }
  | { parameter: string; drop: true }
  /** The last character becomes another one. */
  | { parameter: string; flip: true }
  | { append: string };

/** `file`: the honest bytes of the ticket or of the place, as they are or changed. */
export type StepBody =
  | { file: 'as declared' | 'a byte more' | 'a byte less' | 'other bytes' }
  | { text: string }
  | { base64: string }
  | { json: Readonly<Record<string, unknown>> };

export interface Outcome {
  refusedBy: 'sign-in' | 'router' | 'validation' | 'keys' | 'content' | 'upload' | 'files' | 'store' | 'nobody';
  /** The status, or those that are as good. */
  status: number | readonly number[];
  /** The API's stable code; of the store's answer nothing is said. */
  code?: string;
  /** Besides: nothing in the bucket may have changed, and no answer may hold a byte of another organisation. */
  note?: string;
}

/** What stands in braces. Organisation A owns what is attacked, B does not. */
export interface Holes {
  orgA: string;
  orgB: string;
  tokenA: string;
  tokenB: string;
  /** Tokens that nobody signed, see `forgedTokens`. */
  algNone: string;
  borrowedSignature: string;
  noSignature: string;
  /** API paths of one file of A, of one that nobody has, and of the field with A's file. */
  placeOfA: string;
  absentPlace: string;
  fieldOfA: string;
  /** A signed URL that reads A's file, and the one of A's open PUT ticket. */
  urlOfA: string;
  writeUrlOfA: string;
  /** The token of A's open ticket. */
  ticketOfA: string;
  /** API path where the ticket's file will be. */
  placeOfTicket: string;
  bucket: string;
  /** A key in the bucket that belongs to B. */
  keyOfB: string;
}

export type HoleName = keyof Holes;

/** The holes that an attack needs; with none missing it can be sent. */
export function holesOf(attack: Attack): HoleName[] {
  const names = JSON.stringify(attack.sends).matchAll(/\{(\w+)\}/g);
  return [...new Set([...names].map(([, name]) => name as HoleName))];
}

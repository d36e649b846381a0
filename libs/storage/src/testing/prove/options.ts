import type { Answer } from './wire.js';

/** An organisation with somebody of it who may do everything there. */
export interface ProofOrganisation {
  /** Sent as `Authorization: Bearer …`. */
  token: string;
  /** Sent with every request of theirs, such as a cookie in place of the token. */
  headers?: Record<string, string>;
  /** Its id; read from the token where that is a JWT. Lures name it. */
  id?: string;
  /** For the report: `A`, `B`, … by default. */
  name?: string;
}

export interface ProofOptions {
  /** The first one owns what the others go after. Two at least; three find what two cannot. */
  organisations: readonly ProofOrganisation[];
  /** Decides every made-up value; the same seed sends the same. Default: 1. */
  seed?: number;
  /** An OpenAPI 3 document or its path. Default: looked for at the usual places; `false`: none. */
  openapi?: string | object | false;
  /**
   * What names and guesses cannot know. By the name of an id, a query or a property (`{ audience: 'patient' }`), or by a route
   * (`{ 'POST /notes': { text: 'x' } }`: its JSON body). `{name}` in a text stands for what was learned under that name.
   */
  samples?: Readonly<Record<string, unknown>>;
  /** Routes that answer without a sign-in on purpose: `GET /health`, `GET /docs*`. */
  publicRoutes?: readonly string[];
  /** Routes that are not asked at all; they are named in the report. */
  skip?: readonly string[];
  /** Pairs of foreign and absent that are timed for each route, reported and never judged. Default: 5. */
  timedPairs?: number;
  /** Response headers that differ from answer to answer, besides `date` and request ids. */
  volatileHeaders?: readonly string[];
  /** Called before each route. */
  onProgress?: (done: number, of: number, route: string) => void;
  signal?: AbortSignal;
}

/** A running server, or anything of the shape of a Nest application. */
export type ProofTarget =
  | { url: string }
  | {
      init(): Promise<unknown>;
      listen(port: number, host: string): Promise<unknown>;
      getHttpServer(): unknown;
      getHttpAdapter(): { getInstance(): unknown };
    };

/** Somebody who asks. */
export interface Person {
  name: string;
  organisation?: ProofOrganisation;
  headers: Record<string, string>;
  marks: Marks;
}

/** Texts that only this person's data hold. */
export interface Marks {
  name: string;
  text: string;
  bytes: string;
}

export type Send = (
  as: Person,
  request: { method: string; path: string; headers?: Record<string, string>; body?: Buffer },
) => Promise<Answer>;

const orgLike = /^(x-)?(org|organi[sz]ation|tenant|clinic|account|workspace|company)([-_]?(id|key|slug))?$/i;

/** Whether a name speaks of an organisation. */
export const namesOrg = (name: string): boolean => orgLike.test(name);

/** What the token says of its organisation; undefined where it is no JWT or says nothing. */
export function orgOfToken(token: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    const [, value] = Object.entries(claims).find(([name]) => namesOrg(name)) ?? [];
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {Error} for options with which nothing can be proved */
export function checkedOptions(
  options: ProofOptions,
): Required<Pick<ProofOptions, 'seed' | 'timedPairs'>> & ProofOptions {
  const { organisations, seed = 1, timedPairs = 5 } = options;
  if (!Array.isArray(organisations) || organisations.length < 2) {
    throw new Error('The proof needs two organisations at least: { organisations: [{ token }, { token }] }.');
  }
  const tokens = organisations.map(({ token, headers }) => token || JSON.stringify(headers ?? ''));
  if (organisations.some(({ token, headers }) => !token && !headers))
    throw new Error('Each organisation needs a token.');
  if (new Set(tokens).size < tokens.length) throw new Error('Two organisations have the same token.');
  if (!Number.isInteger(seed)) throw new Error('The seed is a whole number.');
  return { ...options, seed, timedPairs };
}

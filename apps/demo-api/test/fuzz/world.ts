import { samples } from 'nest-tenant-storage/testing';
import { call, startDemo, tokenOf, type Answer, type Demo, type Options, type Person } from '../demo.harness.js';

/** Prefixes of each other among them. */
export const orgs = ['1', '11', '2'] as const;
export type Org = (typeof orgs)[number];

/** Two processes in all but name: nothing is shared by them but the bucket and the secrets. */
export type Process = 0 | 1;

export type Request = Omit<Options, 'as'> & { as?: Person; at?: Process };

/** Two instances of the demo on one bucket, and what no answer and no line of a log may show. */
export class World {
  readonly violations: string[] = [];
  requests = 0;
  readonly #tokens = new Map<string, Promise<string>>();

  private constructor(readonly processes: readonly [Demo, Demo]) {}

  static async start(): Promise<World> {
    const env = { RATE_LIMIT_PER_MINUTE: '0' };
    const first = await startDemo(env);
    return new World([first, await startDemo(env, first.storage)]);
  }

  get storage() {
    return this.processes[0].storage;
  }

  async close(): Promise<void> {
    for (const demo of this.processes.toReversed()) await demo.close();
  }

  /** As if nothing had been. */
  async clear(): Promise<void> {
    this.violations.length = 0;
    this.requests = 0;
    await this.storage.empty();
  }

  violation(what: string, ...details: unknown[]): void {
    this.violations.push([what, ...details.map((detail) => JSON.stringify(detail))].join(' '));
  }

  expect(isTrue: boolean, what: string, ...details: unknown[]): void {
    if (!isTrue) this.violation(what, ...details);
  }

  /** One request to the API, and a look at every byte of the answer. */
  async ask(method: string, path: string, { as, at = 0, ...options }: Request = {}): Promise<Answer> {
    this.requests += 1;
    const token = options.token ?? (as && (await this.tokenOf(as)));
    const answer = await this.processes[at].call(method, path, { ...options, token });
    if (as) this.noForeignMarker(String(as.org), answer, `${method} ${path}`);
    if (answer.status === 500) this.violation('an error of ours', method, path, answer.json);
    return answer;
  }

  /** One request to the store, to a URL that was given out or made of one. */
  async askStore(method: string, url: string, options: Options = {}): Promise<Answer> {
    this.requests += 1;
    const { port, origin } = new URL(url);
    return call(Number(port), method, url.slice(origin.length), options);
  }

  tokenOf(person: Person): Promise<string> {
    const key = JSON.stringify(person);
    if (!this.#tokens.has(key)) this.#tokens.set(key, tokenOf(person));
    return this.#tokens.get(key)!;
  }

  /** Bytes of organisation `own` and of nobody else. */
  noForeignMarker(own: string, { headers, body }: Answer, what: string): void {
    const text = JSON.stringify(headers) + body.toString('latin1');
    const foreign = [...text.matchAll(/\bof-org-(\d+)-/g)].find(([, org]) => org !== own);
    if (foreign) this.violation('bytes of another organisation', own, foreign[0], what);
  }

  /** Looks at what the processes log, and keeps it from the screen. Returns what ends that. */
  listen(): () => void {
    const { stdout, stderr } = process;
    const [out, err] = [stdout.write, stderr.write];
    const look = (text: string | Uint8Array) => {
      const [secret] = /X-Amz-|Signature=|eyJ[\w-]{10}|of-org-/.exec(text.toString()) ?? [];
      if (secret) this.violation('a secret in the log', secret);
      return true;
    };
    [stdout.write, stderr.write] = [look, look];
    return () => void ([stdout.write, stderr.write] = [out, err]);
  }
}

/** An image whose bytes say on and on whose it is. */
export const pictureOf = (org: string, name: string) =>
  Buffer.concat([samples.png.bytes, Buffer.from(`of-org-${org}-${name} `.repeat(8))]);

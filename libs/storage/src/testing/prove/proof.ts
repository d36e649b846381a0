import type { Finding, FindingKind } from './report/finding.js';
import { curlOf } from './report/curl.js';
import { Known } from './known.js';
import { Lessons } from './learn/lessons.js';
import { traceOf, type Trace } from './replay/marks.js';
import type { Person } from './options.js';
import type { People } from './people.js';
import type { Plan } from './plan.js';
import type { Seeded } from './replay/random.js';
import { nameOf, type Route } from './routes/route.js';
import type { Answer, Sent, Wire } from './wire.js';

/** A route that the owner has used with success, and the request that did it. */
export interface Filled {
  plan: Plan;
  answer: Answer;
}

/** What goes with one request besides the plan. */
export interface Twist {
  params?: Record<string, string>;
  headers?: Record<string, string>;
  query?: Record<string, string>;
  json?: Record<string, unknown>;
  body?: Buffer;
  /** The path in full, as it stands. */
  rawPath?: string;
}

export interface Exchange {
  sent: Sent;
  answer: Answer;
}

/** All that one run knows: who asks, what was filled, what was found. */
export class Proof {
  readonly filled = new Map<string, Filled>();
  /** How the owner will remove things in the end, by route. */
  readonly removals = new Map<string, Plan>();
  readonly unfilled = new Map<string, { route: Route; answer?: Answer }>();
  readonly findings: Finding[] = [];
  readonly known = new Known();
  readonly lessons = new Lessons();
  /** Host and parameter names of signed URLs that were altered already. */
  readonly alteredUrls = new Set<string>();
  requests = 0;
  #number = 0;

  constructor(
    readonly origin: string,
    readonly people: People,
    readonly random: Seeded,
    readonly wire: Wire,
    readonly samples: Readonly<Record<string, unknown>>,
    readonly volatile: ReadonlySet<string>,
    readonly signal?: AbortSignal,
  ) {}

  next(): number {
    return (this.#number += 1);
  }

  /** One request of somebody, as planned and twisted. */
  async ask(person: Person, plan: Plan, twist: Twist = {}): Promise<Exchange> {
    const query = new URLSearchParams({ ...plan.query, ...twist.query }).toString();
    const path =
      twist.rawPath ??
      plan.route.path.replace(/\{(\w+)\}/g, (_hole, name: string) =>
        encodeURIComponent(twist.params?.[name] ?? plan.params[name] ?? ''),
      );
    const json = plan.json && { ...plan.json, ...twist.json };
    const body = json ? Buffer.from(JSON.stringify(json)) : (twist.body ?? plan.body);
    return this.send({
      method: plan.route.method,
      url: `${this.origin}${path}${query && (path.includes('?') ? '&' : '?')}${query}`,
      headers: {
        ...(body && { 'content-type': plan.contentType ?? 'application/json' }),
        ...person.headers,
        ...twist.headers,
      },
      ...(body && { body }),
    });
  }

  async send(sent: Sent): Promise<Exchange> {
    this.signal?.throwIfAborted();
    this.requests += 1;
    return { sent, answer: await this.wire.send(sent) };
  }

  /** What an answer to somebody else gives away of the owner. */
  trace({ sent, answer }: Exchange): Trace | undefined {
    return traceOf(answer, sent, this.people.owner.marks, this.known.secrets);
  }

  has(route: Route): boolean {
    return this.findings.some((finding) => finding.route === nameOf(route));
  }

  /** One finding for a route: what else is seen of the same leak stands beside it. */
  find(route: Route, kind: FindingKind, who: string, what: string, { sent }: Exchange): void {
    const name = nameOf(route);
    const known = this.findings.find((finding) => finding.route === name);
    if (known) {
      if (known.kind !== kind && !known.also.includes(what)) known.also.push(what);
      return;
    }
    const { owner, others } = this.people;
    this.findings.push({ route: name, kind, who, what, curl: curlOf(sent, [owner, ...others]), also: [] });
  }
}

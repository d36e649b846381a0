import { findingKinds, type Finding } from './finding.js';
import { junitOf } from './junit.js';
import type { ReportData, RouteResult } from './report-data.js';

export type { RouteResult };
import type { Timing } from '../replay/timing.js';

/** What one run saw. */
export class ProofReport implements ReportData {
  readonly findings: readonly Finding[];
  readonly routes: readonly RouteResult[];
  readonly organisations: readonly string[];
  readonly seed: number;
  readonly requests: number;
  readonly seconds: number;
  readonly timings: readonly Timing[];

  constructor(data: ReportData) {
    this.findings = data.findings;
    this.routes = data.routes;
    this.organisations = data.organisations;
    this.seed = data.seed;
    this.requests = data.requests;
    this.seconds = data.seconds;
    this.timings = data.timings;
  }

  /** Routes that the owner could not use with success: nothing is proved of them. */
  get unfilled(): readonly RouteResult[] {
    return this.routes.filter(({ state }) => state === 'not filled');
  }

  get tried(): readonly RouteResult[] {
    return this.routes.filter(({ state }) => state === 'tried');
  }

  /** For people. */
  text(): string {
    return [...this.#lines()].join('\n');
  }

  /** For programs. */
  json(): string {
    const { findings, routes, organisations, seed, requests, seconds, timings } = this;
    return JSON.stringify({ findings, routes, organisations, seed, requests, seconds, timings }, null, 2);
  }

  /** JUnit XML: a test case for each route, failed with its finding, skipped where it could not be filled. */
  junit(): string {
    return junitOf(this);
  }

  *#lines(): Generator<string> {
    const { findings, routes, unfilled, tried, requests, seconds, seed } = this;
    yield `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}: ${tried.length} of ${routes.length} routes tried with ${requests} requests in ${seconds} s (seed ${seed}, organisations ${this.organisations.join(', ')})`;
    for (const { route, kind, what, also, curl } of findings) {
      yield '';
      yield `LEAK ${route} ${findingKinds[kind]}`;
      yield `  It ${what}.`;
      for (const more of also) yield `  It also ${more}.`;
      yield `  ${curl}`;
    }
    if (unfilled.length > 0) {
      yield '';
      yield 'Not filled, so nothing is proved of them (the option samples helps):';
      for (const { route, why = '', nobody } of unfilled) {
        yield `  ${route}: ${why}${nobody === undefined ? '' : `; without a sign-in ${nobody}`}`;
      }
    }
    for (const state of ['public', 'skipped'] as const) {
      const names = routes.filter((result) => result.state === state).map(({ route }) => route);
      if (names.length > 0) yield `${state === 'public' ? 'Public on purpose' : 'Skipped'}: ${names.join(', ')}`;
    }
    if (this.timings.length > 0) {
      yield '';
      yield 'Time in ms, quartiles of foreign and of absent, and how often foreign took longer (not judged):';
      for (const { route, foreign, absent, foreignSlower, pairs } of this.timings) {
        yield `  ${route}: ${foreign.join('/')} and ${absent.join('/')}, ${Math.round(foreignSlower * 100)} % of ${pairs}`;
      }
    }
  }
}

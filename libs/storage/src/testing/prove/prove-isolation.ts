import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { alterUrls } from './replay/altered-urls.js';
import { fill, whyNot } from './fill.js';
import { checkedOptions, type ProofOptions, type ProofTarget } from './options.js';
import { peopleOf } from './people.js';
import { Proof } from './proof.js';
import { Seeded } from './replay/random.js';
import { remove } from './replay/removals.js';
import { leaks, replayAsNobody, replayRead } from './replay/replay-reads.js';
import { replayWrite } from './replay/replay-writes.js';
import { ProofReport, type RouteResult } from './report/report.js';
import { findOpenApi, merged, routerRoutes } from './routes/find-routes.js';
import { matches, nameOf, type Route } from './routes/route.js';
import { time, type Timing } from './replay/timing.js';
import { openWire } from './wire.js';

/**
 * Proves that the routes of an application keep organisations apart, as far as requests can: uses every route as the first
 * organisation, asks the same as the others and as nobody, and looks for what tells them something.
 *
 *     const report = await proveIsolation(app, { organisations: [{ token: a }, { token: b }] });
 *     expect(report.findings, report.text()).toEqual([]);
 *
 * It writes and removes: give it organisations made for it, never real ones. An application that does not listen yet is made to
 * listen on a free port of the loopback address; close it as ever. Needs neither Jest nor Vitest.
 *
 * @throws {Error} for options with which nothing can be proved, and where the application cannot be reached
 */
export async function proveIsolation(target: ProofTarget, options: ProofOptions): Promise<ProofReport> {
  const {
    organisations,
    seed,
    samples = {},
    timedPairs,
    signal,
    volatileHeaders = [],
    ...given
  } = checkedOptions(options);
  const begun = performance.now();
  const random = new Seeded(seed);
  const people = peopleOf(organisations, random);
  const wire = openWire();
  try {
    const { origin, known } = await reach(target);
    const volatile = new Set(volatileHeaders.map((name) => name.toLowerCase()));
    const proof = new Proof(origin, people, random, wire, samples, volatile, signal);
    const get = async (path: string) =>
      (await proof.send({ method: 'GET', url: origin + path, headers: people.owner.headers })).answer.json;
    const routes = merged(known, await findOpenApi(given.openapi, known, get));
    if (routes.length === 0) throw new Error('No routes were found: give the option openapi, a document or its path.');
    const isSkipped = (route: Route) => (given.skip ?? []).some((pattern) => matches(pattern, route));
    const isPublic = (route: Route) => (given.publicRoutes ?? []).some((pattern) => matches(pattern, route));
    const tried = routes.filter((route) => !isSkipped(route));
    await fill(
      proof,
      tried.filter((route) => !isPublic(route)),
    );
    await searchPublic(proof, tried.filter(isPublic));
    const timings = await replay(proof, timedPairs, given.onProgress);
    const nobody = await askUnfilled(proof);
    const resultOf = (route: Route): RouteResult => {
      const name = nameOf(route);
      if (isSkipped(route)) return { route: name, state: 'skipped' };
      if (isPublic(route)) return { route: name, state: 'public' };
      const missing = proof.unfilled.get(name);
      return missing
        ? { route: name, state: 'not filled', why: whyNot(missing.answer), nobody: nobody.get(name) }
        : { route: name, state: 'tried' };
    };
    return new ProofReport({
      findings: proof.findings,
      routes: routes.map(resultOf),
      organisations: [people.owner, ...people.others].map(({ name }) => name),
      seed,
      requests: proof.requests,
      seconds: Math.round(performance.now() - begun) / 1000,
      timings,
    });
  } finally {
    wire.close();
  }
}

/** Reading first, while nobody but the owner has anything; then what changes something, and removing last. */
async function replay(proof: Proof, pairs: number, onProgress: ProofOptions['onProgress']): Promise<Timing[]> {
  const filled = [...proof.filled.values()];
  const isRead = (method: string) => method === 'GET' || method === 'HEAD';
  const [reads, writes] = [
    filled.filter(({ plan }) => isRead(plan.route.method)),
    filled.filter(({ plan }) => !isRead(plan.route.method)),
  ];
  const all = reads.length + writes.length + proof.removals.size;
  let done = 0;
  const next = (name: string) => onProgress?.((done += 1), all, name);
  const timings: Timing[] = [];
  for (const each of reads) {
    next(nameOf(each.plan.route));
    await replayAsNobody(proof, each.plan);
    for (const [at, person] of proof.people.others.entries()) await replayRead(proof, each, person, at === 0);
    await alterUrls(proof, each);
  }
  for (const each of reads) {
    const timing = await time(proof, each, pairs);
    if (timing) timings.push(timing);
  }
  for (const { plan } of writes) {
    next(nameOf(plan.route));
    await replayAsNobody(proof, plan);
    for (const [at, person] of proof.people.others.entries()) await replayWrite(proof, plan, person, at === 0);
  }
  for (const [name, plan] of proof.removals) {
    next(name);
    await remove(proof, plan);
  }
  return timings;
}

/** Of what could not be filled at least whether a guard stands before it. */
async function askUnfilled(proof: Proof): Promise<Map<string, number>> {
  const heard = new Map<string, number>();
  for (const [name, { route }] of proof.unfilled) {
    const params = Object.fromEntries([...route.path.matchAll(/\{(\w+)\}/g)].map(([, hole = '']) => [hole, '7']));
    const exchange = await proof.ask(proof.people.nobody, { route, params, query: {}, learned: [] });
    heard.set(name, exchange.answer.status);
    if (exchange.answer.status >= 200 && exchange.answer.status < 300) {
      proof.find(route, 'open', 'nobody', `answers ${exchange.answer.status} to nobody`, exchange);
    }
  }
  return heard;
}

/** What is public on purpose may still give nothing of the owner away. */
async function searchPublic(proof: Proof, routes: readonly Route[]): Promise<void> {
  const { nobody } = proof.people;
  for (const route of routes.filter(({ method, path }) => method === 'GET' && !path.includes('{'))) {
    const exchange = await proof.ask(nobody, { route, params: {}, query: {}, learned: [] });
    await leaks(proof, route, nobody, exchange);
  }
}

async function reach(target: ProofTarget): Promise<{ origin: string; known: Route[] }> {
  if ('url' in target) return { origin: target.url.replace(/\/+$/, ''), known: [] };
  await target.init();
  const server = target.getHttpServer() as Server;
  if (!server.listening) await target.listen(0, '127.0.0.1');
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, known: routerRoutes(target.getHttpAdapter().getInstance()) };
}

import { idTricks, lureHeaders, lureNames } from '../../attacks/index.js';
import { difference } from '../compare.js';
import type { Person } from '../options.js';
import type { Exchange, Filled, Proof, Twist } from '../proof.js';
import { holesIn, type Route } from '../routes/route.js';
import { namesOrg } from '../options.js';
import type { Plan } from '../plan.js';
import type { Trace } from './marks.js';
import { absolute, urlsIn } from './tickets.js';
import { isGood } from '../wire.js';

/** Whoever is not signed in, or only says so. */
export async function replayAsNobody(proof: Proof, plan: Plan): Promise<void> {
  const { nobody, forgers } = proof.people;
  for (const person of [nobody, ...forgers]) {
    const exchange = await proof.ask(person, plan);
    const { status } = exchange.answer;
    if (!isGood(exchange.answer)) continue;
    const kind = person === nobody ? 'open' : 'forged';
    proof.find(plan.route, kind, person.name, `answers ${status} to ${person.name}`, exchange);
  }
}

/** A reading request of the owner, sent by somebody else: as it is, then for something that is not there, then with lures. */
export async function replayRead(proof: Proof, { plan }: Filled, person: Person, isThorough: boolean): Promise<void> {
  const foreign = await proof.ask(person, plan);
  if (await leaks(proof, plan.route, person, foreign)) return;
  const absent = await askAbsent(proof, plan, person);
  if (absent) {
    const told = difference(foreign, absent.exchange, absent.values, proof.volatile);
    if (told) proof.find(plan.route, told.kind, person.name, told.what, foreign);
    if (told) return;
  }
  if (!isThorough) return;
  await lure(proof, plan, person, foreign);
  await trick(proof, plan, person);
}

/** Whether an answer, or what its URLs lead to, holds something of the owner. */
export async function leaks(proof: Proof, route: Route, person: Person, exchange: Exchange): Promise<boolean> {
  const trace = proof.trace(exchange);
  if (trace)
    proof.find(route, trace.header ? 'header' : 'foreign data', person.name, sentenceOf(trace, person), exchange);
  if (trace) return true;
  if (!isGood(exchange.answer)) return false;
  for (const url of urlsIn(exchange.answer.json).slice(0, 3)) {
    const followed = await proof.send({ method: 'GET', url: absolute(proof.origin, url), headers: {} });
    if (!proof.trace(followed)) continue;
    proof.find(route, 'URL', person.name, `gives ${person.name} a URL that reads the owner's data`, exchange);
    return true;
  }
  return false;
}

const sentenceOf = ({ what, where, header }: Trace, { name }: Person) =>
  `gives ${name} ${what} of the owner, in ${where}${header ? ` (${header})` : ''}`;

/**
 * The same for something that nobody has: the last id is another one of the same shape. A word that is refused as no such word
 * is one of a closed list, and no id: then it is the one before.
 */
export async function askAbsent(
  proof: Proof,
  plan: Plan,
  person: Person,
): Promise<{ exchange: Exchange; values: [string, string]; twist: Twist } | undefined> {
  const allowed = plan.route.described?.path ?? {};
  const ids = holesIn(plan.route.path).filter((hole) => !namesOrg(hole) && !allowed[hole]?.allowed);
  for (const hole of ids.toReversed()) {
    const value = plan.params[hole];
    if (!value) return undefined;
    const other = proof.random.like(value, proof.known.all());
    const twist = { params: { [hole]: other } };
    const exchange = await proof.ask(person, plan, twist);
    const isWord =
      /^[a-z][a-z_-]*$/i.test(value) && !Object.values(proof.people.owner.marks).some((mark) => value.includes(mark));
    if (!isWord || exchange.answer.status !== 400) return { exchange, values: [value, other], twist };
  }
  return undefined;
}

/** Names the owner's organisation in every way a client can; where that has an effect, looks which one it was. */
async function lure(proof: Proof, plan: Plan, person: Person, unlured: Exchange): Promise<void> {
  const org = proof.people.owner.organisation?.id;
  if (org === undefined) return;
  const all = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, org]));
  const [headers, query] = [all(lureHeaders), all(lureNames)];
  const together = await proof.ask(person, plan, { headers, query });
  // A query that is refused hides what the headers would have done.
  const isHidden = isGood(unlured.answer) && !isGood(together.answer);
  if (!proof.trace(together) && !(isHidden && proof.trace(await proof.ask(person, plan, { headers })))) return;
  const singles = [
    ...lureHeaders.map((name) => ({ what: `header ${name}`, twist: { headers: { [name]: org } } })),
    ...lureNames.map((name) => ({ what: `query ${name}`, twist: { query: { [name]: org } } })),
  ];
  for (const { what, twist } of singles) {
    const single = await proof.ask(person, plan, twist);
    if (!proof.trace(single)) continue;
    return proof.find(
      plan.route,
      'lured',
      person.name,
      `gives ${person.name} the owner's data for the ${what}`,
      single,
    );
  }
  proof.find(plan.route, 'lured', person.name, `gives ${person.name} the owner's data for lures together`, together);
}

/** The last id dressed up as a path into the owner's organisation. */
async function trick(proof: Proof, plan: Plan, person: Person): Promise<void> {
  const org = proof.people.owner.organisation?.id ?? '';
  const hole = holesIn(plan.route.path).at(-1);
  if (!hole) return;
  for (const pattern of idTricks) {
    const value = pattern.replaceAll('{orgA}', org).replaceAll('{id}', encodeURIComponent(plan.params[hole] ?? ''));
    const rawPath = plan.route.path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
      name === hole ? value : encodeURIComponent(plan.params[name] ?? ''),
    );
    const exchange = await proof.ask(person, plan, { rawPath });
    if (await leaks(proof, plan.route, person, exchange)) return;
  }
}

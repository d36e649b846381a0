import { isWriting, plansFor, type Plan } from './plan.js';
import type { Filled, Proof } from './proof.js';
import { nameOf, type Route } from './routes/route.js';
import { follow, ticketIn } from './replay/tickets.js';
import { codeOf, isGood, type Answer } from './wire.js';

const passes = 3;

/** The owner uses every route, writing before reading, again where something that was missing has been learned. */
export async function fill(proof: Proof, routes: readonly Route[]): Promise<void> {
  const isRemoving = ({ method }: Route) => method === 'DELETE';
  const kept = routes.filter((route) => !isRemoving(route));
  const ordered = [...kept.filter(isWriting), ...kept.filter((route) => !isWriting(route))];
  for (let pass = 0; pass < passes; pass++) {
    const missing = ordered.filter((route) => !proof.filled.has(nameOf(route)));
    for (const route of missing) await tryToFill(proof, route);
  }
  for (const route of routes.filter(isRemoving)) plan(proof, route);
}

/** Removing comes last: until then only how it would be asked is known. */
function plan(proof: Proof, route: Route): void {
  const [best] = plansFor(route, plannerOf(proof));
  if (best) proof.removals.set(nameOf(route), best);
  else proof.unfilled.set(nameOf(route), { route });
}

export const plannerOf = (proof: Proof) => ({
  person: proof.people.owner,
  known: proof.known,
  samples: proof.samples,
  next: () => proof.next(),
});

/** How often what a refusal says is tried again. */
const mostLessons = 12;

/** With what is known of the route, then with what its refusals teach. */
async function tryToFill(proof: Proof, route: Route): Promise<void> {
  for (let lesson = 0; lesson < mostLessons; lesson++) {
    const refusals = await tryPlans(proof, route);
    if (proof.filled.has(nameOf(route)) || refusals.length === 0) return;
    // The fullest request first: what it is refused for says most.
    if (!refusals.some(({ plan, answer }) => proof.lessons.learn(plan, answer))) return;
  }
}

/** What the plans were refused with; empty where one was good, or none could be made. */
async function tryPlans(proof: Proof, route: Route): Promise<Filled[]> {
  const name = nameOf(route);
  const refusals: Filled[] = [];
  const plans = plansFor(route, plannerOf(proof)).slice(0, 6);
  const unsent = plans.filter(({ learned }) => learned.length > 0).map((plan) => ({ ...plan, isUnsent: true }));
  for (const first of [...plans, ...unsent]) {
    const planned = await renewed(proof, first);
    const { answer } = await proof.ask(proof.people.owner, planned);
    if (!isGood(answer) && !(answer.status >= 300 && answer.status < 400)) {
      refusals.push({ plan: planned, answer });
      continue;
    }
    await learn(proof, { plan: planned, answer });
    proof.filled.set(name, { plan: planned, answer });
    proof.unfilled.delete(name);
    return [];
  }
  proof.unfilled.set(name, { route, ...(refusals.length > 0 && { answer: refusals.at(-1)!.answer }) });
  return refusals;
}

async function learn(proof: Proof, { plan: { route, params, json }, answer }: Filled, isSent = true): Promise<void> {
  proof.known.answered(route.path, answer.json);
  if (isWriting(route)) proof.known.sent(route.path, params, json);
  const ticket = ticketIn(answer.json);
  if (ticket && isSent) await follow(proof, proof.people.owner, ticket);
}

/**
 * The same request with fresh tickets: what another answer gave is good for once. Whoever gave it is asked again, and what it
 * asks to be sent is sent.
 */
export async function renewed(proof: Proof, plan: Plan): Promise<Plan> {
  if (plan.learned.length === 0) return plan;
  const giver = [...proof.filled.values()].find(
    ({ answer, plan: given }) => given !== plan && plan.learned.some((name) => name in Object(answer.json)),
  );
  if (!giver) return plan;
  const [again] = plansFor(giver.plan.route, plannerOf(proof));
  if (!again) return plan;
  const { answer } = await proof.ask(proof.people.owner, again);
  if (!isGood(answer)) return plan;
  await learn(proof, { plan: again, answer }, !plan.isUnsent);
  const fresh = plansFor(plan.route, plannerOf(proof)).find(({ learned }) => learned.join() === plan.learned.join());
  return fresh ? { ...fresh, isUnsent: plan.isUnsent } : plan;
}

export const whyNot = (answer: Answer | undefined): string =>
  answer ? `${answer.status}${codeOf(answer) ? ` ${codeOf(answer)}` : ''}` : 'no value for its path: give samples';

import { plannerOf, renewed } from '../fill.js';
import { plansFor, type Plan } from '../plan.js';
import type { Proof } from '../proof.js';
import { replayAsNobody } from './replay-reads.js';
import { replayWrite } from './replay-writes.js';
import { nameOf } from '../routes/route.js';
import { isGood } from '../wire.js';

/** Removing: by everybody who may not, then by the owner, so that it is known that it could have been done. */
export async function remove(proof: Proof, plan: Plan, lessons = 4): Promise<void> {
  await replayAsNobody(proof, plan);
  for (const [at, person] of proof.people.others.entries()) await replayWrite(proof, plan, person, at === 0);
  const asked = await renewed(proof, plan);
  const { answer } = await proof.ask(proof.people.owner, asked);
  if (isGood(answer)) return;
  const [better] = lessons > 0 && proof.lessons.learn(asked, answer) ? plansFor(plan.route, plannerOf(proof)) : [];
  if (better) return remove(proof, better, lessons - 1);
  proof.unfilled.set(nameOf(plan.route), { route: plan.route, answer });
}

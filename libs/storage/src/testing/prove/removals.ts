import { renewed } from './fill.js';
import type { Plan } from './plan.js';
import type { Proof } from './proof.js';
import { replayAsNobody } from './replay-reads.js';
import { replayWrite } from './replay-writes.js';
import { nameOf } from './routes/route.js';
import { isGood } from './wire.js';

/** Removing: by everybody who may not, then by the owner, so that it is known that it could have been done. */
export async function remove(proof: Proof, plan: Plan): Promise<void> {
  await replayAsNobody(proof, plan);
  for (const [at, person] of proof.people.others.entries()) await replayWrite(proof, plan, person, at === 0);
  const { answer } = await proof.ask(proof.people.owner, await renewed(proof, plan));
  if (!isGood(answer)) proof.unfilled.set(nameOf(plan.route), { route: plan.route, answer });
}

import { requestOf } from '../../attacks/request-of.js';
import { readUrlAttacks } from '../../attacks/signed-urls.attacks.js';
import type { Filled, Proof } from '../proof.js';
import { absolute, urlsIn } from './tickets.js';
import { isGood } from '../wire.js';

/** The attacks of the list on URLs that S3's own signature protects: of those that are signed alike, on one. */
export async function alterUrls(proof: Proof, { plan, answer }: Filled): Promise<void> {
  const url = urlsIn(answer.json).find((text) => text.includes('X-Amz-Signature='));
  if (!url || plan.route.method !== 'GET') return;
  const alike = url.replace(/^([^?]*\/\/[^/]*)?[^?]*/, '$1').replace(/=[^&]*/g, '');
  if (proof.alteredUrls.has(alike)) return;
  proof.alteredUrls.add(alike);
  const { owner, others } = proof.people;
  const urlOfA = absolute(proof.origin, url);
  const holes = { urlOfA, orgA: owner.organisation?.id ?? '', orgB: others[0]?.organisation?.id ?? '' };
  for (const attack of readUrlAttacks) {
    const [step] = attack.sends;
    if (!step || step.later || step.method !== 'GET' || step.headers) continue;
    const request = requestOf(step, { holes, tokens: {} });
    if (request.url === urlOfA) continue;
    const exchange = await proof.send({ method: 'GET', url: request.url, headers: {} });
    if (isGood(exchange.answer)) proof.find(plan.route, 'altered URL', 'nobody', `${attack.name} works`, exchange);
  }
}

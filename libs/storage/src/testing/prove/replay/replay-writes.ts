import { lureHeaders, lureNames } from '../../attacks/index.js';
import { difference } from '../compare.js';
import { renewed } from '../fill.js';
import type { FindingKind } from '../report/finding.js';
import { fileOf } from '../files.js';
import { traceOf } from './marks.js';
import type { Person } from '../options.js';
import { isWriting, type Plan } from '../plan.js';
import type { Exchange, Proof, Twist } from '../proof.js';
import { askAbsent, leaks } from './replay-reads.js';
import { isGood, type Answer } from '../wire.js';

/**
 * A changing request of the owner, sent by somebody else with their own marks; then it is looked whether the owner's data are
 * as they were.
 */
export async function replayWrite(proof: Proof, planned: Plan, person: Person, isThorough: boolean): Promise<void> {
  if (proof.has(planned.route)) return;
  const plan = await renewed(proof, planned);
  const own = ownBody(plan, person);
  const foreign = await proof.ask(person, plan, own);
  if (plan.learned.length > 0 && isGood(foreign.answer)) {
    const what = `takes from ${person.name} what was given to the owner (${plan.learned.join(', ')})`;
    return proof.find(plan.route, 'ticket', person.name, what, foreign);
  }
  if (await leaks(proof, plan.route, person, foreign)) return;
  if (await hasChanged(proof, plan, person, foreign)) return;
  if (!isThorough) return;
  const absent = await askAbsent(proof, { ...plan, ...own }, person);
  const told = absent && difference(foreign, absent.exchange, absent.values, proof.volatile);
  if (told) return proof.find(plan.route, told.kind, person.name, told.what, foreign);
  await lure(proof, plan, person);
}

/** In names, texts and bytes the owner's marks become those of whoever writes; ids in the path stay. */
function ownBody(plan: Plan, person: Person): Pick<Plan, 'json' | 'body'> {
  const type = plan.contentType ?? '';
  if (plan.json) return { json: plan.learned.length > 0 ? plan.json : marked(plan.json, person) };
  return plan.body && !type.startsWith('multipart/') ? { body: fileOf(type, person.marks) } : {};
}

function marked(json: Record<string, unknown>, { marks }: Person): Record<string, unknown> {
  const entries = Object.entries(json).map(([name, value]): [string, unknown] => [
    name,
    typeof value === 'string'
      ? value.replace(/^text[a-z2-9]{12}/, marks.text).replace(/^name[a-z2-9]{12}/, marks.name)
      : value,
  ]);
  return Object.fromEntries(entries);
}

const rootOf = (path: string) => path.split('{')[0]!.replace(/\/$/, '');
const related = (a: string, b: string) => rootOf(a).startsWith(rootOf(b)) || rootOf(b).startsWith(rootOf(a));

/** Whether the owner reads of the same resource something else than when it was filled. */
async function hasChanged(proof: Proof, { route }: Plan, person: Person, exchange: Exchange): Promise<boolean> {
  for (const [name, { plan, answer: earlier }] of proof.filled) {
    if (plan.route.method !== 'GET' || !related(plan.route.path, route.path)) continue;
    // What gives everybody's data to everybody shows this one's too.
    if (proof.findings.some((finding) => finding.route === name)) continue;
    const { sent, answer } = await proof.ask(proof.people.owner, plan);
    const change = changeOf(name, earlier, answer, traceOf(answer, sent, person.marks, new Set()) && person);
    if (!change) continue;
    const [kind, what] = change;
    proof.find(route, kind, person.name, what, exchange);
    return true;
  }
  return false;
}

function changeOf(
  name: string,
  earlier: Answer,
  now: Answer,
  writer: Person | undefined,
): [FindingKind, string] | undefined {
  if (isGood(earlier) && !isGood(now)) return ['removed', `makes ${name} answer ${now.status} to the owner`];
  if (writer) return ['written', `makes ${name} give the owner data of ${writer.name}`];
  const isFile = now.json === undefined && earlier.json === undefined && isGood(now) && isGood(earlier);
  if (isFile && !earlier.body.equals(now.body)) return ['written', `makes ${name} give the owner other bytes`];
  return undefined;
}

/** The owner's organisation in headers, query and body of a writing request: in all at once, or in one of them. */
async function lure(proof: Proof, plan: Plan, person: Person): Promise<void> {
  const org = proof.people.owner.organisation?.id;
  if (org === undefined || !isWriting(plan.route) || plan.learned.length > 0) return;
  const all = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, org]));
  const headers = all(lureHeaders);
  const query = all(lureNames);
  const twists: Twist[] = plan.json
    ? [{ headers, query, json: query }, { json: query }, { headers, query }]
    : [{ headers, query }];
  for (const twist of twists) {
    const { json, body } = ownBody(plan, person);
    const mine = { ...twist, ...(body && { body }), ...(json && { json: { ...json, ...twist.json } }) };
    const exchange = await proof.ask(person, plan, mine);
    if (!isGood(exchange.answer)) continue;
    if (await leaks(proof, plan.route, person, exchange)) return;
    await hasChanged(proof, plan, person, exchange);
    return;
  }
}

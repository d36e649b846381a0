import { lureHeaders, lureNames } from '../attacks/index.js';
import { difference } from './compare.js';
import { renewed } from './fill.js';
import type { FindingKind } from './finding.js';
import { fileOf } from './files.js';
import { traceOf } from './marks.js';
import type { Person } from './options.js';
import { isWriting, type Plan } from './plan.js';
import type { Exchange, Proof, Twist } from './proof.js';
import { askAbsent, leaks } from './replay-reads.js';
import { isGood } from './wire.js';

/**
 * A changing request of the owner, sent by somebody else with their own marks; then it is looked whether the owner's data are
 * as they were.
 */
export async function replayWrite(proof: Proof, planned: Plan, person: Person): Promise<void> {
  const plan = await renewed(proof, planned);
  const own = ownBody(plan, person);
  const before = await look(proof, plan);
  const foreign = await proof.ask(person, plan, own);
  if (plan.learned.length > 0 && isGood(foreign.answer)) {
    const what = `takes from ${person.name} what was given to the owner (${plan.learned.join(', ')})`;
    return proof.find(plan.route, 'ticket', person.name, what, foreign);
  }
  if (await leaks(proof, plan.route, person, foreign)) return;
  if (await hasChanged(proof, plan, person, before, foreign)) return;
  const absent = await askAbsent(proof, { ...plan, ...own }, person);
  const told = absent && difference(foreign, absent.exchange, absent.values, proof.volatile);
  if (told) return proof.find(plan.route, told.kind, person.name, told.what, foreign);
  await lure(proof, plan, person, before);
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

type Seen = Map<string, Exchange>;

/** What the owner reads of the same resource. */
async function look(proof: Proof, { route }: Plan): Promise<Seen> {
  const seen: Seen = new Map();
  for (const [name, { plan }] of proof.filled) {
    if (plan.route.method !== 'GET' || !related(plan.route.path, route.path)) continue;
    seen.set(name, await proof.ask(proof.people.owner, plan));
  }
  return seen;
}

const rootOf = (path: string) => path.split('{')[0]!.replace(/\/$/, '');
const related = (a: string, b: string) => rootOf(a).startsWith(rootOf(b)) || rootOf(b).startsWith(rootOf(a));

async function hasChanged(
  proof: Proof,
  plan: Plan,
  person: Person,
  before: Seen,
  exchange: Exchange,
): Promise<boolean> {
  const after = await look(proof, plan);
  for (const [name, { sent, answer }] of after) {
    const earlier = before.get(name)?.answer;
    // What gives everybody's data to everybody shows this one's too.
    const isKnown = proof.findings.some(({ route }) => route === name);
    if (!earlier || isKnown) continue;
    const [kind, what] = changeOf();
    if (!kind) continue;
    proof.find(plan.route, kind, person.name, what, exchange);
    return true;

    function changeOf(): [FindingKind | undefined, string] {
      if (isGood(earlier!) && !isGood(answer))
        return ['removed', `after it the owner hears ${answer.status} to ${name}`];
      if (traceOf(answer, sent, person.marks, new Set()))
        return ['written', `after it ${name} gives the owner data of ${person.name}`];
      const isFile = answer.json === undefined && isGood(answer);
      if (isFile && !earlier!.body.equals(answer.body))
        return ['written', `after it ${name} gives the owner other bytes`];
      return [undefined, ''];
    }
  }
  return false;
}

/** The owner's organisation in headers, query and body of a writing request. */
async function lure(proof: Proof, plan: Plan, person: Person, before: Seen): Promise<void> {
  const org = proof.people.owner.organisation?.id;
  if (org === undefined || !isWriting(plan.route) || plan.learned.length > 0) return;
  const all = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, org]));
  const twists: [string, Twist][] = [
    ['a header', { headers: all(lureHeaders) }],
    ['the query', { query: all(lureNames) }],
    ['the body', plan.json ? { json: all(lureNames) } : {}],
  ];
  for (const [where, twist] of twists) {
    if (Object.keys(twist).length === 0) continue;
    const { json, body } = ownBody(plan, person);
    const exchange = await proof.ask(person, plan, {
      ...twist,
      ...(body && { body }),
      ...(json && { json: { ...json, ...twist.json } }),
    });
    if (!isGood(exchange.answer)) continue;
    if (await leaks(proof, plan.route, person, exchange)) return;
    if (await hasChanged(proof, plan, person, before, exchange)) {
      const finding = proof.findings.at(-1);
      if (finding)
        finding.what = `writes for ${person.name} into the owner's organisation, named in ${where}: ${finding.what}`;
      return;
    }
  }
}

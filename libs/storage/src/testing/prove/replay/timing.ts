import { namesOrg } from '../options.js';
import type { Filled, Proof } from '../proof.js';
import { holesIn, nameOf } from '../routes/route.js';
import { askAbsent } from './replay-reads.js';

/** Milliseconds until an answer was there. Reported: a busy machine says nothing certain. */
export interface Timing {
  route: string;
  pairs: number;
  foreign: Quartiles;
  absent: Quartiles;
  /** Share of pairs in which foreign took longer: 0.5 where they cannot be told apart. */
  foreignSlower: number;
}

export type Quartiles = [p25: number, p50: number, p75: number];

/** Foreign and absent in turn, so that what happens beside hits both. */
export async function time(proof: Proof, { plan }: Filled, pairs: number): Promise<Timing | undefined> {
  const [person] = proof.people.others;
  const ids = holesIn(plan.route.path).filter((hole) => !namesOrg(hole));
  if (!person || pairs === 0 || ids.length === 0) return undefined;
  const [foreign, absent]: [number[], number[]] = [[], []];
  for (let pair = 0; pair < pairs; pair++) {
    const none = await askAbsent(proof, plan, person);
    if (!none) return undefined;
    absent.push(none.exchange.answer.milliseconds);
    foreign.push((await proof.ask(person, plan)).answer.milliseconds);
  }
  const slower = foreign.filter((value, at) => value > absent[at]!).length;
  return {
    route: nameOf(plan.route),
    pairs,
    foreign: quartiles(foreign),
    absent: quartiles(absent),
    foreignSlower: slower / pairs,
  };
}

function quartiles(values: readonly number[]): Quartiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]! * 100) / 100;
  return [at(0.25), at(0.5), at(0.75)];
}

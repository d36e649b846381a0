import { giveUp, look, readByUrl, remove, uploadDirectly, uploadThroughTheApi } from './honest.actions.js';
import { alterUrl, forgeToken, lureWithHeaders, overstep, readForeign, useForeignTicket } from './lying.actions.js';
import { lieAboutContent, race, tryAgain } from './upload.actions.js';
import { Random } from './random.js';
import { Worker } from './worker.js';
import { orgs, type World } from './world.js';

const actions: ((worker: Worker, others: { worker: Worker }) => Promise<void>)[] = [
  uploadThroughTheApi,
  uploadThroughTheApi,
  uploadDirectly,
  giveUp,
  readByUrl,
  remove,
  look,
  readForeign,
  lureWithHeaders,
  forgeToken,
  useForeignTicket,
  alterUrl,
  overstep,
  lieAboutContent,
  race,
  tryAgain,
  tryAgain,
];

export interface Campaign {
  seed: number;
  /** Actions of each worker. */
  rounds: number;
  workersPerOrg: number;
}

/**
 * Everybody at once, each with choices that the seed decides. Ends early with the first violation; what was violated is in
 * the world.
 */
export async function fuzz(world: World, { seed, rounds, workersPerOrg }: Campaign): Promise<void> {
  const seeds = new Random(seed);
  const workers = orgs.flatMap((org) =>
    Array.from({ length: workersPerOrg }, (_, number) => new Worker(world, org, number + 1, seeds.below(2 ** 31))),
  );
  const unlisten = world.listen();
  try {
    await Promise.all(workers.map((worker) => work(worker, workers, rounds)));
    if (world.violations.length === 0) await atTheEnd(world, workers);
  } finally {
    unlisten();
  }
}

async function work(worker: Worker, all: readonly Worker[], rounds: number): Promise<void> {
  const others = all.filter(({ org }) => org !== worker.org);
  for (let round = 0; round < rounds && worker.world.violations.length === 0; round++) {
    // Each action comes once before any comes again, so that a short run has them all.
    const action = actions[(round * 7) % actions.length]!;
    await action(worker, { worker: worker.random.pick(others) });
  }
}

/** What the bucket itself holds: each object under its organisation, with its bytes and nobody else's. */
async function atTheEnd(world: World, workers: readonly Worker[]): Promise<void> {
  for (const worker of workers) await worker.verifyAll();
  const { keys, openUploads } = await world.storage.contents();
  const expected = workers.flatMap(({ org, model }) => [...model.keys()].map((path) => keyOf(org, path)));
  const placed = keys.filter((key) => !key.startsWith('incoming/'));
  world.expect(
    `${placed.toSorted()}` === `${expected.toSorted()}`,
    'the bucket is not what it must be',
    placed,
    expected,
  );
  world.expect(openUploads.length === 0, 'open uploads are left', openUploads);
}

function keyOf(org: string, path: string): string {
  const [, , , form, , field, , name] = path.split('/');
  return `${org}/uploads/forms/${form}/field_${field}/${name}`;
}

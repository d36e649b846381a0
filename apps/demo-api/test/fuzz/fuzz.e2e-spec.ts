import { jest } from '@jest/globals';
import { runs } from '../long.js';
import { fuzz } from './campaign.js';
import { plantedFaults } from './planted-faults.js';
import { World } from './world.js';

const roomMs = runs(600_000, 3_600_000);

let world: World;
beforeAll(async () => {
  world = await World.start();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await world.clear();
});
afterAll(() => world.close());

test(
  'three organisations, and whatever their people try: nobody sees or changes what is not theirs',
  async () => {
    await fuzz(world, { seed: 20260501, rounds: runs(26, 400), workersPerOrg: runs(1, 3) });
    expect(world.violations).toEqual([]);
    expect(world.requests).toBeGreaterThan(runs(200, 5_000));
  },
  roomMs,
);

/** Some of them, and all of them in the long run. */
const tried = Object.entries(plantedFaults).slice(0, runs(2, Infinity));

test.each(tried)(
  'sees when %s',
  async (_name, { seenAs, plant }) => {
    for (const demo of world.processes) plant(demo, world.storage);
    await fuzz(world, { seed: 20260501, rounds: runs(34, 150), workersPerOrg: 1 });
    expect(world.violations).toContainEqual(expect.stringContaining(seenAs));
  },
  roomMs,
);

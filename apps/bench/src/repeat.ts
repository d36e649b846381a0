/** Milliseconds that something takes. */
export async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** Rounds before those that count: a process that is still compiling what it runs is not what is measured. */
const warmUps = 2;

/**
 * Runs every contender once in each repetition, in turns, and collects what each returns. Every second round runs
 * backwards, so that nobody always comes after the same one.
 */
export async function inTurns<Name extends string, Value = number>(
  repetitions: number,
  contenders: Record<Name, () => Promise<Value>>,
): Promise<Record<Name, Value[]>> {
  const names = Object.keys(contenders) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Value[]])) as Record<Name, Value[]>;
  for (let round = 0; round < warmUps + repetitions; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await contenders[name]();
      if (round >= warmUps) results[name].push(value);
    }
  }
  return results;
}

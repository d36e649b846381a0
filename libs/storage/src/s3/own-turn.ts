import { setImmediate as nextTurn } from 'node:timers/promises';

let last: Promise<void> = Promise.resolve();

/**
 * Waits for a turn of the event loop that nobody else who waits here has. To send a part is milliseconds of work without a
 * break, most of it copying 5 MiB to the system. Uploads that began together fill their parts together, and all of these in
 * one turn would hold everything else for tens of milliseconds.
 */
export function ownTurn(): Promise<void> {
  last = last.then(() => nextTurn());
  return last;
}

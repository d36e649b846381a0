/** Who waits for a turn, by organisation: the first of the map is the next to have one. */
const queues = new Map<string, (() => void)[]>();

/**
 * Waits for a turn of the event loop that nobody else has who waits here. Organisations take turns: whatever one of them has
 * begun, another waits for one turn of its. For what is a good part of a millisecond of work without a break, before each
 * such piece: to prepare and sign a call, to sign 25 URLs of a list, to hash a piece of a file, to send a part. All that
 * began together would else be done in one turn, and hold everything else as long.
 *
 * It needs no deadline, for nothing can hold a turn: each turn of the loop gives one away, whatever became of the one before,
 * and no organisation that comes later is before one that waits. Who is gone meanwhile has a turn too: look at the signal
 * behind it, before the work.
 */
export function ownTurn(org: string): Promise<void> {
  return new Promise((begin) => {
    const queue = queues.get(org);
    if (queue) queue.push(begin);
    else if (queues.set(org, [begin]).size === 1) setImmediate(giveTurn);
  });
}

function giveTurn(): void {
  const [first] = queues;
  if (first === undefined) return;
  const [org, queue] = first;
  queues.delete(org);
  const begin = queue.shift();
  // To the end: the next turn is another organisation's.
  if (queue.length > 0) queues.set(org, queue);
  if (queues.size > 0) setImmediate(giveTurn);
  begin?.();
}

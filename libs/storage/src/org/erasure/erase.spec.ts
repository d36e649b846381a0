import { callEndsWithinMs, closuresFreshAtMostMs, writeUrlSeconds } from '../../storage.policy.js';
import { waitMs } from './erase.js';

/** Of what was looked at before an erasure began, see `callEndsWithinMs`. */
const mostCalls = 3;

test('an erasure waits for longer than a write goes on that was admitted before it began, and than any URL lives', () => {
  expect(mostCalls * callEndsWithinMs + closuresFreshAtMostMs).toBeLessThan(waitMs);
  expect(writeUrlSeconds * 1_000).toBeLessThan(waitMs);
});

import { callRetries } from './call-retries.js';

const failure = {
  error: Object.assign(new Error('x'), { cause: undefined, $fault: 'server' as const, $metadata: {} }),
};

test('single faults are tried again, however many calls have failed before', async () => {
  const retries = callRetries(2);
  const failing = Array.from({ length: 300 }, async () => {
    const first = await retries.acquireInitialRetryToken('');
    const second = await retries.refreshRetryTokenForRetry(first, { ...failure, errorType: 'TRANSIENT' });
    await retries.refreshRetryTokenForRetry(second, { ...failure, errorType: 'TRANSIENT' });
  });
  const outcomes = await Promise.allSettled(failing);
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
  const token = await retries.acquireInitialRetryToken('');
  const next = await retries.refreshRetryTokenForRetry(token, { ...failure, errorType: 'TRANSIENT' });
  expect(next.getRetryCount()).toBe(1);
});

test.each(['CLIENT_ERROR', 'SERVER_ERROR'] as const)('%s is not tried again', async (errorType) => {
  const retries = callRetries(3);
  const token = await retries.acquireInitialRetryToken('');
  await expect(retries.refreshRetryTokenForRetry(token, { ...failure, errorType })).rejects.toThrow('No further try');
});

test('a single try is a single try', async () => {
  const retries = callRetries(1);
  const token = await retries.acquireInitialRetryToken('');
  await expect(retries.refreshRetryTokenForRetry(token, { ...failure, errorType: 'THROTTLING' })).rejects.toThrow(
    'No further try',
  );
});

import { setTimeout as after } from 'node:timers/promises';
import type { RetryErrorInfo, RetryStrategyV2, RetryToken } from '@smithy/types';
import { isWriteConflict } from './s3-error.js';

const firstPauseMs = 100;
const throttledPauseMs = 500;
const longestPauseMs = 5_000;

/** Draws how much of a pause is made, 0 to 1: those that failed together do not come back together. */
export const jitter = { draw: (): number => Math.random() };

const tokenOf = (retries: number): RetryToken => ({ getRetryCount: () => retries, getRetryDelay: () => 0 });

/**
 * Each call has its own tries. The SDK's strategies share a quota among all calls of a client, so that the failures of one
 * organisation's calls would cost another's the try that saves it. What bounds the load on a store in trouble is the number
 * of tries, the pauses between them, the call's deadline and the connections that there are.
 */
export const callRetries = (maxAttempts: number): RetryStrategyV2 => ({
  acquireInitialRetryToken: () => Promise.resolve(tokenOf(0)),
  async refreshRetryTokenForRetry(token, { error, errorType, retryAfterHint }: RetryErrorInfo) {
    const retries = token.getRetryCount() + 1;
    // The SDK takes the 409 of a write that met another one for final; Amazon S3 says to try again.
    const isWorthIt = errorType === 'TRANSIENT' || errorType === 'THROTTLING' || isWriteConflict(error);
    if (!isWorthIt || retries >= maxAttempts) throw new Error('No further try.');
    const least = errorType === 'THROTTLING' ? throttledPauseMs : firstPauseMs;
    const pause = jitter.draw() * least * 2 ** (retries - 1);
    const asked = retryAfterHint ? retryAfterHint.getTime() - Date.now() : 0;
    await after(Math.min(Math.max(pause, asked), longestPauseMs));
    return tokenOf(retries);
  },
  recordSuccess: () => {},
});

import { jest } from '@jest/globals';
import { jitter } from '../src/store/client/call-retries.js';

/**
 * The pauses between tries are drawn by lot, from none to the longest: for the rest of a test file, none is drawn. Their lot
 * alone is taken away: with another `Math.random`, whatever else draws by it in the worker, as Nest the ids of providers,
 * would draw the same again and again.
 */
export const withoutPauses = (): void => void jest.spyOn(jitter, 'draw').mockReturnValue(0);

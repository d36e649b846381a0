import type { Operation } from './context.js';

/** Every operation the server knows. */
export const operations: readonly Operation[] = [];

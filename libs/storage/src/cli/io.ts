import type { Clock } from '../org/erasure/erase.js';

/** All that the command touches of the world, so that it can be run in a test. */
export interface Io {
  env: Record<string, string | undefined>;
  /** A line of the result. */
  out(line: string): void;
  /** A line for the person in front of it. */
  err(line: string): void;
  /** Shows what is being done, in place; nothing where nobody watches. An empty text clears it. */
  progress(text: string): void;
  /** Undefined where nobody can be asked. */
  ask?(question: string): Promise<boolean>;
  signal?: AbortSignal;
  /** For tests, where nothing should be waited for. */
  clock?: Clock;
}

/** 0: as it should be. 1: something was found, refused or declined. 2: wrong use, or the store cannot be reached. */
export type ExitCode = 0 | 1 | 2;

/** The command was called wrongly; the message says how it is called. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

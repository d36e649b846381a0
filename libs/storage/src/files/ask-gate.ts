import { StorageError } from '../storage.error.js';
import type { FileGate, Inspection } from './gates/gate.js';

/** Whatever goes wrong in a gate refuses. */
export async function ask<T>(gate: FileGate, question: () => T | Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    throw refusal(gate, error);
  }
}

/** For every chunk of every file: what has no promise to wait for costs none. */
export function show(gate: FileGate, look: Inspection, chunk: Uint8Array): Promise<void> | undefined {
  try {
    const taken = look.write(chunk);
    return taken ? Promise.resolve(taken).catch((error: unknown) => Promise.reject(refusal(gate, error))) : undefined;
  } catch (error) {
    // Not thrown: others that were shown the same chunk may be waited for.
    return Promise.reject(refusal(gate, error));
  }
}

export function together(waits: readonly (Promise<void> | undefined)[]): Promise<void> | undefined {
  const pending = waits.filter((wait) => wait !== undefined);
  return pending.length > 1 ? Promise.all(pending).then(() => {}) : pending[0];
}

const refusal = (gate: FileGate, error: unknown): StorageError =>
  error instanceof StorageError
    ? error
    : new StorageError('check_unavailable', `The check ${gate.name} failed. Try again later.`, { cause: error });

export const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : 'no error';

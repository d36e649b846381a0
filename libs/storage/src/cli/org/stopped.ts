import type { ExitCode, Io } from '../io.js';

/** What a command that goes on where it was stopped answers to that. Throws on what was no stop. */
export function stopped(error: unknown, io: Io, line = 'Stopped: the same command goes on.'): ExitCode {
  io.progress('');
  if (!io.signal?.aborted) throw error;
  io.err(line);
  return 2;
}

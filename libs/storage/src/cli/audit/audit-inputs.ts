import { readFileSync } from 'node:fs';
import type { Arguments } from '../arguments.js';
import { UsageError } from '../io.js';

/** @throws {UsageError} */
export function monthIn(args: Arguments, name: 'from' | 'to' | 'month'): string {
  const month = args.required(name);
  if (/^2\d{3}-(0[1-9]|1[0-2])$/.test(month)) return month;
  throw new UsageError(`--${name} must be a month such as 2026-10.`);
}

/** @throws {UsageError} */
export function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

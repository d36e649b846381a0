import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { Flag } from './flag.js';
import { flags, type FlagName } from './flags.js';
import { UsageError } from './io.js';

/** Values from arguments, else from the environment. */
export class Arguments {
  readonly command: string | undefined;
  readonly rest: string[];
  readonly #values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  readonly #env: Record<string, string | undefined>;

  /** @throws {UsageError} */
  constructor(argv: string[], env: Record<string, string | undefined>) {
    const options = Object.fromEntries(
      Object.entries(flags as Record<string, Flag>).map(([name, { value, multiple }]) => [
        name,
        { type: value ? 'string' : 'boolean', ...(multiple && { multiple }) },
      ]),
    ) as NonNullable<ParseArgsConfig['options']>;
    try {
      const parsed = parseArgs({ args: argv, options, allowPositionals: true, allowNegative: true });
      [this.command, ...this.rest] = parsed.positionals;
      this.#values = parsed.values;
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
    this.#env = env;
  }

  text(name: FlagName): string | undefined {
    const value = this.#values[name];
    return (typeof value === 'string' ? value : this.#variable(name)) || undefined;
  }

  required(name: FlagName): string {
    const value = this.text(name);
    if (value !== undefined) return value;
    const [variable] = (flags[name] as Flag).env ?? [];
    throw new UsageError(`--${name}${variable ? ` (or ${variable})` : ''} is missing.`);
  }

  oneOf<T extends string>(name: FlagName, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined || allowed.includes(value as T)) return value as T | undefined;
    throw new UsageError(`--${name} must be one of ${allowed.join(', ')}.`);
  }

  whole(name: FlagName): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new UsageError(`--${name} must be a whole number.`);
  }

  /** Undefined where neither the flag nor its negation is given. */
  switch(name: FlagName): boolean | undefined {
    const value = this.#values[name];
    if (typeof value === 'boolean') return value;
    const variable = this.#variable(name);
    return variable === undefined ? undefined : variable === 'true';
  }

  list(name: FlagName): string[] {
    const value = this.#values[name];
    if (Array.isArray(value)) return value.map(String);
    const parts = this.#variable(name)?.split(',') ?? [];
    return parts.map((part) => part.trim()).filter((part) => part !== '');
  }

  #variable(name: FlagName): string | undefined {
    const names = (flags[name] as Flag).env ?? [];
    return names.map((variable) => this.#env[variable]?.trim()).find((value) => value);
  }
}

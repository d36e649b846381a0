export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables and collects what is wrong with them. An empty variable counts as not set. */
export class Settings {
  readonly #env: Environment;
  readonly #mistakes: string[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  mistake(text: string): void {
    this.#mistakes.push(text);
  }

  throwMistakes(): void {
    if (this.#mistakes.length === 0) return;
    throw new Error(`The environment has ${this.#mistakes.length} mistake(s):\n- ${this.#mistakes.join('\n- ')}`);
  }

  text(name: string): string | undefined {
    return this.#env[name]?.trim() || undefined;
  }

  required(name: string, meaning: string): string {
    const value = this.text(name);
    if (value === undefined) this.mistake(`${name} is missing. Give ${meaning}.`);
    return value ?? '';
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    const found = allowed.find((one) => one === value);
    if (value !== undefined && found === undefined) this.mistake(`${name} must be one of ${allowed.join(', ')}.`);
    return found;
  }

  flag(name: string): boolean | undefined {
    const value = this.oneOf(name, ['true', 'false']);
    return value === undefined ? undefined : value === 'true';
  }

  whole(name: string, least: number, most: number): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : NaN;
    if (number >= least && number <= most) return number;
    this.mistake(`${name} must be a whole number from ${least} to ${most}.`);
    return undefined;
  }

  /** With commas between them. */
  list(name: string): string[] {
    const parts = this.text(name)?.split(',') ?? [];
    return parts.map((part) => part.trim()).filter((part) => part !== '');
  }

  listOf<T extends string>(name: string, allowed: readonly T[]): T[] {
    const given = this.list(name);
    const unknown = given.filter((one) => !allowed.some((known) => known === one));
    if (unknown.length > 0) this.mistake(`${name} may hold ${allowed.join(', ')}, with commas between them.`);
    return allowed.filter((one) => given.includes(one));
  }

  namesThatStartWith(prefix: string): string[] {
    return Object.keys(this.#env).filter((name) => name.startsWith(prefix) && this.text(name) !== undefined);
  }
}

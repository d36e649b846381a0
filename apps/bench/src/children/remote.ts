import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';

interface Call {
  id: number;
  name: string;
  argument: unknown;
}

interface Answer {
  id: number;
  value?: unknown;
  error?: string;
}

type Handlers = Record<string, (argument: never) => unknown>;

/** What the children were started with. */
export const startedWith = <T>(): T => JSON.parse(process.argv[2] ?? '{}') as T;

/** In a child: says that it is ready, and answers calls until its parent goes; then it tidies up and ends. */
export function serve(handlers: Handlers, tidyUp: () => Promise<void> = async () => {}): void {
  process.on('message', ({ id, name, argument }: Call) => {
    const run = async () => handlers[name]?.(argument as never);
    run().then(
      (value) => process.send?.({ id, value } satisfies Answer),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.stack : String(error) }),
    );
  });
  process.on('disconnect', () => void tidyUp().finally(() => process.exit()));
  process.send?.({ id: 0 } satisfies Answer);
}

/** In the parent: a process of the benchmark. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #calls = 0;

  private constructor(process: ChildProcess) {
    this.#process = process;
    process.on('message', ({ id, value, error }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
    process.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`A child process ended (${code}).`));
    });
  }

  static async start(entry: string, config: object = {}, flags: readonly string[] = []): Promise<Child> {
    const url = new URL(`./${entry}.child.js`, import.meta.url);
    const execArgv = ['--expose-gc', ...flags, ...(process.env['BENCH_EXEC_ARGV']?.split(' ') ?? [])];
    // The SDK warns of the end of Node 20 in each of them.
    const env = { ...process.env, NODE_NO_WARNINGS: '1' };
    const child = fork(url, [JSON.stringify(config)], { execArgv, env });
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`${entry} ended before it was ready (${code}).`))),
    ]);
    return new Child(child);
  }

  call<T = unknown>(name: string, argument?: unknown): Promise<T> {
    const id = ++this.#calls;
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#process.send({ id, name, argument } satisfies Call);
    }) as Promise<T>;
  }

  /**
   * For what would run on another machine: it uses what the application leaves of this one. Linux has a policy for just
   * that; at a low priority alone, which is what other systems have, a neighbour still finishes its turn first.
   */
  standBack(): this {
    const { pid } = this.#process;
    if (pid === undefined) return this;
    setPriority(pid, constants.priority.PRIORITY_LOW);
    const { status } = spawnSync('chrt', ['--idle', '--all-tasks', '--pid', '0', String(pid)]);
    if (status !== 0)
      process.stderr.write('The store and the clients run at a low priority only: no idle class here.\n');
    return this;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.disconnect();
    await ended;
  }
}

import { transformFileSync } from '@swc/core';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(import.meta.dirname, '../../../..');

/** Programs of the tests in processes of their own, from the sources as they are now: these can be killed. */
export class Processes {
  readonly #dir = mkdtempSync(join(tmpdir(), 'processes-'));
  readonly #running = new Set<ChildProcess>();

  constructor() {
    writeFileSync(join(this.#dir, 'package.json'), '{"type":"module"}');
    symlinkSync(join(root, 'node_modules'), join(this.#dir, 'node_modules'));
  }

  /** `program` is a file of this folder, such as `command.process.ts`. */
  start(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Started {
    const file = this.#compile(join(import.meta.dirname, program));
    const child = spawn(process.execPath, [file, ...args], {
      env: { PATH: process.env['PATH'], AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#running.add(child);
    let peakKiB = 0;
    child.on('message', (message) => (peakKiB = Number(message)));
    const ended = Promise.all([once(child, 'close'), text(child.stdout!), text(child.stderr!)]).then(
      ([[status, signal], out, err]) => {
        this.#running.delete(child);
        return { status: status as number | null, signal: signal as string | null, out, err, peakKiB };
      },
    );
    return { kill: () => void child.kill('SIGKILL'), isRunning: () => this.#running.has(child), ended };
  }

  close(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** With all that it imports. */
  #compile(source: string): string {
    const output = join(this.#dir, relative(root, source)).replace(/\.(c?)ts$/, '.$1js');
    if (existsSync(output)) return output;
    const code = compiled(source);
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, code);
    for (const [, path = ''] of code.matchAll(/\b(?:from |import |import\()['"](\.[^'"]+\.c?js)['"]/g)) {
      this.#compile(join(dirname(source), path.replace(/\.(c?)js$/, '.$1ts')));
    }
    return output;
  }
}

const compiled = (source: string): string =>
  transformFileSync(source, {
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    // With the note by which Node finds the names in CommonJS.
    module: source.endsWith('.cts') ? { type: 'commonjs', exportInteropAnnotation: true } : { type: 'es6' },
  }).code;

export interface Started {
  kill(): void;
  isRunning(): boolean;
  ended: Promise<{
    status: number | null;
    signal: string | null;
    out: string;
    err: string;
    /** The most memory that it had, where it ended by itself. */
    peakKiB: number;
  }>;
}

import { transformFileSync } from '@swc/core';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import * as S3 from '@aws-sdk/client-s3';

/** The command as a user would run it, from the sources as they are now. */
export class Command {
  private readonly dir = mkdtempSync(join(tmpdir(), 'embedded-s3-command-'));

  constructor() {
    const source = join(import.meta.dirname, '../../src');
    for (const path of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
      if (!path.endsWith('.ts') || path.endsWith('spec.ts')) continue;
      const { code } = transformFileSync(join(source, path), {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      });
      const output = join(this.dir, path.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(output), { recursive: true });
      writeFileSync(output, code);
    }
    writeFileSync(join(this.dir, 'package.json'), '{"type":"module"}');
    symlinkSync(join(import.meta.dirname, '../../../../node_modules'), join(this.dir, 'node_modules'));
  }

  /** Runs it to its end. */
  async run(...args: string[]): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(process.execPath, [join(this.dir, 'main.js'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err };
  }

  /** Starts it on a port of its own choice. */
  async serve(dataDir: string, ...args: string[]): Promise<ServerProcess> {
    const child = spawn(process.execPath, [join(this.dir, 'main.js'), '--port', '0', '--data', dataDir, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const line = await Promise.race([
      once(createInterface(child.stdout), 'line').then(([first]) => first as string),
      ended.then(([code]) => Promise.reject(new Error(`The server ended with ${code} before it was ready.`))),
    ]);
    const { endpoint, ...credentials } = JSON.parse(line) as Record<
      'endpoint' | 'accessKeyId' | 'secretAccessKey',
      string
    >;
    const client = new S3.S3Client({
      region: 'us-east-1',
      endpoint,
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      maxAttempts: 1,
      credentials,
    });
    return new ServerProcess(child, ended, client, endpoint, credentials);
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export class ServerProcess {
  constructor(
    readonly child: ChildProcess,
    /** Exit code and signal; asked for from the start, as who asks later may have missed it. */
    readonly ended: Promise<unknown[]>,
    readonly client: S3.S3Client,
    readonly endpoint: string,
    readonly root: { accessKeyId: string; secretAccessKey: string },
  ) {}

  /** Resolves with exit code and signal. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<unknown[]> {
    this.child.kill(signal);
    this.client.destroy();
    return this.ended;
  }
}

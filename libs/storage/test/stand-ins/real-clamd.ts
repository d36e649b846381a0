import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { portToKeep } from '../../../embedded-s3/test/port.js';
import { eicar } from '../../src/scan/eicar.js';

const path = process.env['CLAMD_PATH'] ?? '/usr/sbin/clamd';

/** `describe`, or the same skipped with the reason in its name. */
export const describeWithClamd: (name: string, run: () => void) => void = existsSync(path)
  ? describe
  : (name, run) => describe.skip(`${name} [skipped: there is no clamd at ${path}]`, run);

/** The other signature of our own: the whole file, by its hash. */
export const second = Buffer.from('nest-tenant-storage: a file that only its hash gives away\n');

/** Those that hold for the largest file of 250 MiB. */
export const enough = { StreamMaxLength: '300M', MaxFileSize: '300M', MaxScanSize: '600M', AlertExceedsMax: 'yes' };

export interface RealClamd {
  readonly port: number;
  readonly socket: string;
  signal(name: NodeJS.Signals): void;
  /** Ends it as a crash would, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again at the same addresses, with other settings where given. */
  start(settings?: Partial<typeof enough>): Promise<void>;
  close(): Promise<void>;
}

/** ClamAV's daemon with a database of two signatures. */
export async function realClamd(settings: Partial<typeof enough> = enough): Promise<RealClamd> {
  const port = await portToKeep();
  const folder = await mkdtemp(join(tmpdir(), 'clamd-'));
  const socket = join(folder, 'clamd.sock');
  let child: ChildProcess | undefined;
  await writeFile(join(folder, 'eicar.ndb'), `Eicar-Test-Signature:0:*:${Buffer.from(eicar).toString('hex')}\n`);
  const hash = createHash('md5').update(second).digest('hex');
  await writeFile(join(folder, 'second.hdb'), `${hash}:${second.length}:Second-Test-Signature\n`);

  const start = async (given: Partial<typeof enough> = settings) => {
    const own = { Foreground: 'yes', TCPAddr: '127.0.0.1', TCPSocket: port, LocalSocket: socket, User: 'root' };
    const lines = { ...own, DatabaseDirectory: folder, TemporaryDirectory: folder, ConcurrentDatabaseReload: 'no' };
    const text = Object.entries({ ...lines, ...given }).map(([name, value]) => `${name} ${value}\n`);
    if (process.getuid?.() !== 0) text.splice(text.indexOf('User root\n'), 1);
    const config = join(folder, 'clamd.conf');
    await writeFile(config, text.join(''));
    const started = spawn(path, ['--config-file', config], { stdio: 'ignore' });
    child = started;
    while (!(await answers(port))) {
      if (started.exitCode !== null) throw new Error(`clamd ended with ${started.exitCode}: is port ${port} free?`);
      await after(20);
    }
  };
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    await rm(socket, { force: true });
  };
  await start();
  return {
    port,
    socket,
    signal: (name) => void child?.kill(name),
    kill,
    start,
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether somebody says `PONG`. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const asking = connect(port, '127.0.0.1', () => asking.write('zPING\0'));
    asking.on('data', (bytes) => {
      asking.destroy();
      resolve(bytes.toString() === 'PONG\0');
    });
    asking.on('error', () => resolve(false));
    asking.on('close', () => resolve(false));
  });
}

import { closeSync, constants, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';

/** How long the owner of a folder has to say who it is, before the error goes without that. */
const ANSWER_MS = 2000;
/** Not among Node's constants. macOS and BSD have it: the file is opened only by who gets the lock on it. */
const O_EXLOCK = 0x20;

/** The folder is open in another process, or a second time in this one. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
  readonly code = 'FOLDER_IN_USE';

  /** @param pid of the owner; absent when it did not say */
  constructor(
    readonly dir: string,
    readonly pid: number | undefined,
  ) {
    const whose = pid === process.pid ? 'this process' : 'another process';
    const owner = pid === undefined ? whose : `${whose} (pid ${pid})`;
    super(`The folder ${dir} is in use by ${owner}. Stop that one first, or use another folder.`);
  }
}

export interface FolderLock {
  release(): void;
}

/**
 * Makes this process the folder's only owner, until `release` or its end. What is held is of a kind that the kernel
 * gives to one and takes back when a process dies, however it dies: there are no stale locks.
 * It holds among the processes of one machine, on Linux of one network namespace.
 * @throws FolderInUseError
 */
export async function lockFolder(dir: string): Promise<FolderLock> {
  const path = resolve(dir);
  const name = kernelName(path);
  return name === undefined ? lockFile(path) : holdName(path, name);
}

/** A name that exists only while a process listens on it: the folder itself decides it, not the path that leads there. */
function kernelName(path: string): string | undefined {
  const { dev, ino } = statSync(path, { bigint: true });
  if (process.platform === 'linux') return `\0embedded-s3/${dev}/${ino}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\embedded-s3-${dev}-${ino}`;
  return undefined;
}

async function holdName(path: string, name: string): Promise<FolderLock> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(String(process.pid));
  });
  server.unref();
  try {
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      // exclusive: workers of a cluster would share it otherwise
      server.listen({ path: name, exclusive: true }, done);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new FolderInUseError(path, await ownerOf(name));
  }
  server.on('error', () => undefined);
  return { release: () => void server.close() };
}

function ownerOf(name: string): Promise<number | undefined> {
  return new Promise((done) => {
    let text = '';
    const socket = connect(name);
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => done(/^\d+$/.test(text) ? Number(text) : undefined));
  });
}

function lockFile(path: string): FolderLock {
  const file = join(path, 'lock');
  const { O_RDWR, O_CREAT, O_NONBLOCK } = constants;
  let fd: number;
  try {
    fd = openSync(file, O_RDWR | O_CREAT | O_NONBLOCK | O_EXLOCK, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    throw new FolderInUseError(path, Number(readFileSync(file, 'latin1')) || undefined);
  }
  ftruncateSync(fd);
  writeSync(fd, String(process.pid));
  return { release: () => closeSync(fd) };
}

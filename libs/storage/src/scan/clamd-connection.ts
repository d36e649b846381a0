import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { scanUnavailable } from './content-scanner.js';

export interface ClamdTimeouts {
  /** Milliseconds until the connection stands. */
  connect: number;
  /** Milliseconds without any progress. */
  idle: number;
  /** Milliseconds for one scan as a whole. */
  total: number;
}

const mostReplyBytes = 4096;

/**
 * One connection to clamd for one command. What clamd has replied is looked at before any failure of the connection: a
 * daemon that refuses the rest of a stream says why and closes, and the failed write is then only the consequence.
 */
export class ClamdConnection {
  readonly #socket: Socket;
  readonly #reply: Promise<string>;
  readonly #timer: NodeJS.Timeout;
  #isOver = false;

  /** `command` such as `VERSION`, sent in the form that ends with NUL. */
  constructor(to: NetConnectOpts, command: string, timeouts: ClamdTimeouts) {
    const socket = connect(to);
    this.#socket = socket;
    const giveUp = (why: string) => socket.destroy(new Error(why));
    this.#timer = setTimeout(() => giveUp('no answer in time'), timeouts.total);
    socket.setTimeout(timeouts.connect, () => giveUp(socket.connecting ? 'no connection' : 'no progress'));
    socket.once('connect', () => socket.setTimeout(timeouts.idle));
    this.#reply = this.#read();
    // Whoever is interested asks for it.
    this.#reply.catch(() => {});
    socket.write(`z${command}\0`);
  }

  /** Whether clamd has said its last word, or the connection its own. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves when more may come, or when nothing more will be taken. */
  send(bytes: Uint8Array): Promise<void> {
    if (this.#isOver || this.#socket.write(bytes)) return Promise.resolve();
    const socket = this.#socket;
    return new Promise((resolve) => {
      const done = () => {
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      socket.on('drain', done);
      socket.on('close', done);
    });
  }

  /** What clamd replied, without its end. Rejects where the connection ended without a whole reply. */
  reply(): Promise<string> {
    return this.#reply;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(): Promise<string> {
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      let text = '';
      let failure: unknown;
      socket.setEncoding('utf8');
      socket.on('data', (part: string) => {
        text += part;
        const end = text.indexOf('\0');
        if (end >= 0) {
          this.#isOver = true;
          resolve(text.slice(0, end).trim());
          socket.destroy();
        } else if (text.length > mostReplyBytes) socket.destroy(new Error('a reply without end'));
      });
      socket.on('error', (error: NodeJS.ErrnoException) => (failure = error));
      // Comes after all data, also after a failed write.
      socket.on('close', () => {
        this.#isOver = true;
        clearTimeout(this.#timer);
        const { code, message } = (failure ?? {}) as NodeJS.ErrnoException;
        reject(scanUnavailable(`clamd: ${code ?? message ?? 'it closed without an answer'}`, failure));
      });
    });
  }
}

import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { scanUnavailable } from './content-scanner.js';

export interface ClamdTimeouts {
  /** Milliseconds until the connection stands. */
  connect: number;
  /** Milliseconds without progress while there are bytes that clamd does not take. A sender that pauses is not counted. */
  idle: number;
  /** Milliseconds from the last byte to the answer. */
  answer: number;
}

const mostReplyBytes = 4096;

/**
 * One connection to clamd for one command. What clamd has replied is looked at before any failure of the connection: a
 * daemon that refuses the rest of a stream says why and closes, and the failed write is then only the consequence.
 */
export class ClamdConnection {
  readonly #socket: Socket;
  readonly #reply: Promise<string>;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** `command` such as `VERSION`, sent in the form that ends with NUL. */
  constructor(
    to: NetConnectOpts,
    command: string,
    private readonly timeouts: ClamdTimeouts,
  ) {
    this.#socket = connect(to);
    this.#within(timeouts.connect, 'no connection');
    this.#socket.once('connect', () => clearTimeout(this.#timer));
    this.#reply = this.#read();
    // Whoever is interested asks for it.
    this.#reply.catch(() => {});
    this.#socket.write(`z${command}\0`);
  }

  /** Whether clamd has said its last word, or the connection its own. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** For a few bytes. Whether more may come at once. */
  push(bytes: Uint8Array): boolean {
    return this.#isOver || this.#socket.write(bytes);
  }

  /** Resolves when more may come, or when nothing more will be taken. */
  send(bytes: Uint8Array): Promise<void> {
    if (this.push(bytes)) return Promise.resolve();
    const socket = this.#socket;
    if (!socket.connecting) this.#within(this.timeouts.idle, 'it takes no bytes');
    return new Promise((resolve) => {
      const done = () => {
        if (!socket.connecting) clearTimeout(this.#timer);
        socket.off('drain', done);
        socket.off('close', done);
        resolve();
      };
      socket.on('drain', done);
      socket.on('close', done);
    });
  }

  /** After the last byte: what clamd replies, without its end. Rejects where the connection ends without a whole reply. */
  answer(): Promise<string> {
    if (!this.#isOver) {
      if (this.#socket.connecting) this.#socket.once('connect', () => this.#within(this.timeouts.answer, late));
      else this.#within(this.timeouts.answer, late);
    }
    return this.#reply;
  }

  /** Called when all is over, however. */
  whenOver(call: () => void): void {
    this.#reply.then(call, call);
  }

  close(): void {
    this.#socket.destroy();
  }

  #within(ms: number, why: string): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#socket.destroy(new Error(why)), ms);
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

const late = 'no answer in time';

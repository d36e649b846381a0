import type { NetConnectOpts } from 'node:net';
import { ClamdConnection, type ClamdTimeouts } from './clamd-connection.js';
import { scanUnavailable, type ContentScanner, type Scan, type ScannedBy, type Verdict } from './content-scanner.js';
import { Places } from './places.js';

export interface ClamdOptions {
  /** Where clamd listens: TCP. Default 127.0.0.1. */
  host?: string;
  /** Default 3310. */
  port?: number;
  /** Where clamd listens: the path of its Unix socket, in place of `host` and `port`. */
  socket?: string;
  /** Scans at once; keep it below clamd's `MaxThreads` (10 by default). Default 8. */
  scansAtOnce?: number;
  /** Milliseconds: `place` 30,000 until a scan may begin, `connect` 3,000, `idle` 30,000, `total` 120,000. */
  timeouts?: Partial<ClamdTimeouts & { place: number }>;
}

/** How long a version is believed: clamd loads a new database while it runs. */
const versionMs = 60_000;

/**
 * Scans with ClamAV's daemon over `INSTREAM`. Anything but its two certain answers, `stream: OK` after the last byte and
 * `stream: … FOUND`, rejects.
 *
 * clamd answers `OK` for what lies beyond its limits. Set in clamd.conf, for files up to 250 MiB: `StreamMaxLength 300M`,
 * `MaxFileSize 300M`, `MaxScanSize 600M` and `AlertExceedsMax yes`; `nest-tenant-storage doctor --clamd` finds out.
 */
export function clamd(options: ClamdOptions = {}): ContentScanner {
  const to: NetConnectOpts = options.socket
    ? { path: options.socket }
    : { host: options.host ?? '127.0.0.1', port: options.port ?? 3310, noDelay: true };
  const timeouts = { place: 30_000, connect: 3_000, idle: 30_000, total: 120_000, ...options.timeouts };
  const places = new Places(options.scansAtOnce ?? 8, timeouts.place);
  let known: { by: Omit<ScannedBy, 'at'>; until: number } | undefined;

  const state = async (): Promise<Omit<ScannedBy, 'at'>> => {
    if (known && known.until > Date.now()) return known.by;
    const by = versionIn(await new ClamdConnection(to, 'VERSION', timeouts).reply());
    known = { by, until: Date.now() + versionMs };
    return by;
  };

  const begin = async (): Promise<Scan> => {
    const leave = await places.take();
    try {
      const by = await state();
      return new ClamdScan(new ClamdConnection(to, 'INSTREAM', timeouts), by, leave);
    } catch (error) {
      leave();
      throw error;
    }
  };
  return { name: 'clamav', begin, state };
}

/** `ClamAV 1.4.3/27800/Thu Nov 26 09:21:04 2026`; without a database there is nothing behind the first slash. */
function versionIn(reply: string): Omit<ScannedBy, 'at'> {
  const [, version, database] = /^ClamAV ([\w.+~-]{1,60})(?:\/(\d{1,12})\/.*)?$/.exec(reply) ?? [];
  if (version === undefined) throw scanUnavailable('clamd did not say its version');
  return { engine: `clamav/${version}`, ...(database && { database }) };
}

class ClamdScan implements Scan {
  #isWhole = false;

  constructor(
    private readonly connection: ClamdConnection,
    readonly by: Omit<ScannedBy, 'at'>,
    whenOver: () => void,
  ) {
    connection.reply().then(whenOver, whenOver);
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0 || this.connection.isOver) return;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    // Not awaited: the bytes behind it fill the same buffer, and are.
    void this.connection.send(length);
    await this.connection.send(chunk);
  }

  async verdict(): Promise<Verdict> {
    if (!this.connection.isOver) {
      this.#isWhole = true;
      void this.connection.send(Buffer.alloc(4));
    }
    const reply = await this.connection.reply();
    const at = new Date();
    const [, signature] = /^stream: ([^\p{C}]{1,200}) FOUND$/u.exec(reply) ?? [];
    if (signature !== undefined) return { kind: 'malware', signature, ...this.by, at };
    // Before the last byte nobody can know.
    if (reply === 'stream: OK' && this.#isWhole) return { kind: 'clean', ...this.by, at };
    throw scanUnavailable(`clamd: ${/^[\x20-\x7e]{1,200}$/.test(reply) ? reply : 'an answer that is none'}`);
  }

  abort(): void {
    this.connection.close();
  }
}

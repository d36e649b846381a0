import type { NetConnectOpts } from 'node:net';
import type { OrgId } from '../keys/org-id.js';
import { Slots } from '../store/client/slots.js';
import { clamdAt } from './clamd-address.js';
import { ClamdConnection, type ClamdTimeouts } from './clamd-connection.js';
import { scanUnavailable, type ContentScanner, type Scan, type ScannedBy, type Verdict } from './content-scanner.js';

export interface ClamdOptions {
  /** Where clamd listens: TCP. Default 127.0.0.1. */
  host?: string;
  /** Default 3310. */
  port?: number;
  /** Where clamd listens: the path of its Unix socket, in place of `host` and `port`. */
  socket?: string;
  /** Scans at once, in this process; keep those of all processes below clamd's `MaxThreads` (10 by default). Default 8. */
  scansAtOnce?: number;
  /** Milliseconds: `place` 30,000 until a scan may begin, `connect` 3,000, `idle` 30,000, `answer` 150,000. */
  timeouts?: Partial<ClamdTimeouts & { place: number }>;
}

/** How long a version is believed: clamd loads a new database while it runs. */
const versionMs = 60_000;

/**
 * Scans with ClamAV's daemon over `INSTREAM`. Anything but its two certain answers, `stream: OK` after the last byte and
 * `stream: … FOUND`, rejects; that a limit of clamd's was met (`Heuristics.Limits.Exceeded`) is no find.
 *
 *     clamd('127.0.0.1:3310'); clamd('/run/clamav/clamd.ctl'); clamd({ host: 'clamd', scansAtOnce: 4 })
 *
 * clamd answers `OK` for what lies beyond its limits. Which to set in clamd.conf says `requireReach`, at boot, and
 * `nest-tenant-storage doctor --clamd`.
 *
 * @throws {StorageError} `misconfigured` for an address that is none
 */
export function clamd(at: string | ClamdOptions = {}): ContentScanner {
  const options: ClamdOptions = typeof at === 'string' ? clamdAt(at) : at;
  const to: NetConnectOpts = options.socket
    ? { path: options.socket }
    : { host: options.host ?? '127.0.0.1', port: options.port ?? 3310, noDelay: true };
  const timeouts = { place: 30_000, connect: 3_000, idle: 30_000, answer: 150_000, ...options.timeouts };
  const all = options.scansAtOnce ?? 8;
  // A scan holds its place as long as its sender takes: at most half of them are one organisation's.
  const places = new Slots(
    { all, perOrg: Math.ceil(all / 2), waitMs: timeouts.place },
    { allHeld: full, shareHeld: full },
  );
  let known: { by: Omit<ScannedBy, 'at'>; until: number } | undefined;

  const state = async (): Promise<Omit<ScannedBy, 'at'>> => {
    if (known && known.until > Date.now()) return known.by;
    const by = versionIn(await new ClamdConnection(to, 'VERSION', timeouts).answer());
    known = { by, until: Date.now() + versionMs };
    return by;
  };

  const begin = async (org?: OrgId): Promise<Scan> => {
    const leave = await places.enter(org ?? '');
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

const full = () => scanUnavailable('too many scans at once');

/** With `AlertExceedsMax` clamd reports so what it did not look at to the end: https://docs.clamav.net/manual/Usage/Configuration.html */
const limitMet = 'Heuristics.Limits.Exceeded';

class ClamdScan implements Scan {
  #isWhole = false;

  constructor(
    private readonly connection: ClamdConnection,
    readonly by: Omit<ScannedBy, 'at'>,
    whenOver: () => void,
  ) {
    connection.whenOver(whenOver);
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (chunk.length === 0 || this.connection.isOver) return;
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    this.connection.push(length);
    await this.connection.send(chunk);
  }

  async verdict(): Promise<Verdict> {
    if (!this.connection.isOver) {
      this.#isWhole = true;
      this.connection.push(Buffer.alloc(4));
    }
    const reply = await this.connection.answer();
    const at = new Date();
    const [, signature] = /^stream: ([^\p{C}]{1,200}) FOUND$/u.exec(reply) ?? [];
    if (signature !== undefined && !signature.startsWith(limitMet))
      return { kind: 'malware', signature, ...this.by, at };
    // Before the last byte nobody can know.
    if (reply === 'stream: OK' && this.#isWhole) return { kind: 'clean', ...this.by, at };
    throw scanUnavailable(`clamd: ${/^[\x20-\x7e]{1,200}$/.test(reply) ? reply : 'an answer that is none'}`);
  }

  abort(): void {
    this.connection.close();
  }
}

import { closeSync, existsSync, fsync, ftruncateSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeAll, writeAllSync, type Disk } from './disk.js';
import { readBytes, readLines } from './lines.js';
import type { Change } from './records.js';

/** Below this size a journal is left as it is. */
const SMALL = 8 * 1024 * 1024;
/** A journal that many times larger than it was when it held nothing but live records is written anew. */
const GROWTH = 4;
/** So many records are turned into text at once: about a millisecond's work. */
const BATCH = 200;

const fsyncAsync = promisify(fsync);

/**
 * The store's history as lines of JSON, one per commit. A line is written before the commit takes effect, so a killed
 * process loses at most the line it was writing: what follows the last end of line is not part of the history.
 *
 * History that has grown much longer than what it leads to is written anew beside the old one, while the old one still
 * takes what comes in; then the rest is added and the new file takes the old one's name. Whichever of the two a
 * process finds under the name is complete.
 */
export class Journal {
  readonly path: string;
  private fd?: number;
  /** where the next line goes: the end of the last whole one */
  private size = 0;
  private compactAt = SMALL;
  private compaction?: Promise<void>;

  /** @param snapshot everything there is when it is called, as commits that lead to it; they may be read later */
  constructor(
    dir: string,
    private readonly disk: Disk,
    private readonly snapshot: () => Iterable<readonly Change[]>,
  ) {
    this.path = join(dir, 'journal.jsonl');
  }

  /** The history so far; from its end on, commits can be appended. @throws Error that names file, line and remedy */
  *open(): Generator<readonly Change[]> {
    rmSync(this.fresh, { force: true });
    this.fd = openSync(this.path, existsSync(this.path) ? 'r+' : 'wx+', 0o600);
    let line = 0;
    for (const { text, end } of readLines(this.fd)) {
      line++;
      const changes = this.parse(text, line);
      this.size = end;
      if (changes[0]?.type === 'compacted') this.compactAt = Math.max(SMALL, GROWTH * end);
      else yield changes;
    }
    ftruncateSync(this.fd, this.size);
  }

  /** All of it is written or, when this throws, nothing. */
  append(changes: readonly Change[]): void {
    if (this.fd === undefined) throw new Error('The store is closed.');
    const bytes = lineOf(changes);
    try {
      writeAllSync(this.disk, this.fd, [bytes], this.size);
    } catch (error) {
      this.cutBack(this.fd);
      throw error;
    }
    this.size += bytes.length;
  }

  /** To be called when everything appended has taken effect: it may begin to write the history anew. */
  tidy(): void {
    if (this.size >= this.compactAt) void this.compact();
  }

  /** Writes the history anew. One at a time: who asks meanwhile waits for the one under way. Never fails. */
  compact(): Promise<void> {
    return (this.compaction ??= this.rewrite()
      .catch(() => {
        // The old file is complete; a disk that is full now may have room later.
        rmSync(this.fresh, { force: true });
        this.compactAt = 2 * this.size;
      })
      .finally(() => (this.compaction = undefined)));
  }

  /** Takes nothing more; resolves once nothing is written any more. Twice is fine. */
  async close(): Promise<void> {
    const { fd } = this;
    this.fd = undefined;
    await this.compaction;
    if (fd !== undefined) closeSync(fd);
  }

  private get fresh(): string {
    return `${this.path}.new`;
  }

  private async rewrite(): Promise<void> {
    const old = this.fd;
    const commits = this.snapshot();
    let copied = this.size;
    const fresh = openSync(this.fresh, 'w+', 0o600);
    let renamed = false;
    try {
      let size = 0;
      for (const bytes of batches(commits)) {
        await writeAll(this.disk, fresh, [bytes]);
        size += bytes.length;
        if (this.fd === undefined) throw new Error('closed');
      }
      const compactAt = Math.max(SMALL, GROWTH * size);
      await fsyncAsync(fresh);
      // What came in meanwhile is copied until little is left; that is done without letting more come in.
      for (;;) {
        if (this.fd === undefined || old === undefined) throw new Error('closed');
        const bytes = readBytes(old, copied, this.size);
        copied += bytes.length;
        size += bytes.length;
        if (copied < this.size) await writeAll(this.disk, fresh, [bytes]);
        else {
          writeAllSync(this.disk, fresh, [bytes]);
          break;
        }
      }
      renameSync(this.fresh, this.path);
      renamed = true;
      closeSync(old);
      Object.assign(this, { fd: fresh, size, compactAt });
    } finally {
      if (!renamed) closeSync(fresh);
    }
  }

  /** Not needed for what comes next, which goes to the same place: for who looks into the file. */
  private cutBack(fd: number): void {
    try {
      ftruncateSync(fd, this.size);
    } catch {
      // a torn line at the end is left out when reading
    }
  }

  private parse(text: string, line: number): readonly Change[] {
    try {
      const changes: unknown = JSON.parse(text);
      if (Array.isArray(changes)) return changes as readonly Change[];
    } catch {
      // told below, without what the line says: it may hold a secret
    }
    throw new Error(
      `${this.path}, line ${line}, is not a record of the store, and nothing was changed. Put back a copy of the ` +
        `folder, or remove this line (what it recorded is lost then) and start again.`,
    );
  }
}

const lineOf = (changes: readonly Change[]): Buffer => Buffer.from(`${JSON.stringify(changes)}\n`);

/** Some records at a time; at the end the mark that everything before it is live. */
function* batches(commits: Iterable<readonly Change[]>): Generator<Buffer> {
  let lines: Buffer[] = [];
  for (const changes of commits) {
    lines.push(lineOf(changes));
    if (lines.length < BATCH) continue;
    yield Buffer.concat(lines);
    lines = [];
  }
  yield Buffer.concat([...lines, lineOf([{ type: 'compacted' }])]);
}

import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from './records.js';

/**
 * The store's history as lines of JSON, one per commit. A line is written with one system call before the commit takes
 * effect, so a killed process loses at most the line it was writing: a torn last line is dropped when reading.
 */
export class Journal {
  private readonly path: string;
  private fd?: number;

  constructor(dir: string) {
    this.path = join(dir, 'journal.jsonl');
  }

  *read(): Generator<readonly Change[]> {
    if (!existsSync(this.path)) return;
    const text = readFileSync(this.path, 'utf8');
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      if (line !== '') yield JSON.parse(line) as readonly Change[];
    }
  }

  /** Replaces the history by one that leads to the same state, and opens it for appending. */
  restart(commits: Iterable<readonly Change[]>): void {
    const fresh = `${this.path}.new`;
    let text = '';
    for (const changes of commits) text += line(changes);
    writeFileSync(fresh, text, { mode: 0o600, flush: true });
    renameSync(fresh, this.path);
    this.fd = openSync(this.path, 'a');
  }

  append(changes: readonly Change[]): void {
    if (this.fd === undefined) throw new Error('The store is closed.');
    writeSync(this.fd, line(changes));
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }
}

const line = (changes: readonly Change[]): string => `${JSON.stringify(changes)}\n`;

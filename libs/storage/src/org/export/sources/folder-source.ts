import { createReadStream } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { ExportSource } from './export-source.js';

export class FolderSource implements ExportSource {
  constructor(private readonly folder: string) {}

  names(): AsyncIterable<string> {
    return filesIn(this.folder, '');
  }

  /** A link that leads out of the folder is none of its files. */
  async open(path: string): Promise<{ size: number; bytes: AsyncIterable<Uint8Array> } | undefined> {
    const root = await realpath(this.folder);
    const at = await realpath(join(root, path)).catch(unlessAbsent);
    if (at === undefined || !at.startsWith(root + sep)) return undefined;
    const found = await stat(at);
    return found.isFile() ? { size: found.size, bytes: createReadStream(at) } : undefined;
  }

  async close(): Promise<void> {}
}

async function* filesIn(folder: string, below: string): AsyncGenerator<string> {
  for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* filesIn(folder, path);
    else yield path;
  }
}

function unlessAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error;
}

import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenMonth } from '../../audit/verify-chain.js';
import { layout } from '../../keys/layout.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { Arguments } from '../arguments.js';
import { UsageError, type Io } from '../io.js';
import { openStore } from '../store.js';

/** Where the months of an organisation are read from: a folder of downloaded files, which needs no store, or the bucket. */
export interface AuditSource {
  open: OpenMonth;
  close(): void;
}

export function auditSource(args: Arguments, io: Io, org: OrgId): AuditSource {
  const folder = args.text('dir');
  return folder === undefined ? inBucket(args, io, org) : inFolder(folder, org);
}

/** By the name that a download has, or laid out as in the bucket. */
function inFolder(folder: string, org: OrgId): AuditSource {
  if (!existsSync(folder)) throw new UsageError(`--dir: there is no folder ${folder}.`);
  const open: OpenMonth = async (month) => {
    const [year = '', number = ''] = month.split('-');
    const names = [
      `${month}.jsonl.gz`,
      join(year, `${number}.jsonl.gz`),
      layout.auditMonth(org, { year, month: number }),
    ];
    const found = names.map((name) => join(folder, name)).find((path) => existsSync(path));
    return found === undefined ? undefined : createReadStream(found);
  };
  return { open, close: () => {} };
}

function inBucket(args: Arguments, io: Io, org: OrgId): AuditSource {
  const { store, close } = openStore(args, io);
  const open: OpenMonth = async (month) => {
    const [year = '', number = ''] = month.split('-');
    try {
      return (await store.read(org, layout.auditMonth(org, { year, month: number }), { signal: io.signal })).body;
    } catch (error) {
      if (error instanceof StorageError && error.code === 'not_found') return undefined;
      throw error;
    }
  };
  return { open, close };
}

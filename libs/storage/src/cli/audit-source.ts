import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenMonth } from '../audit/verify-chain.js';
import { layout } from '../keys/layout.js';
import type { OrgId } from '../keys/org-id.js';
import { ObjectStore } from '../s3/object-store.js';
import { OrgClients } from '../s3/org-clients.js';
import { Presigner } from '../s3/presigner.js';
import { createS3Client } from '../s3/s3-client.js';
import { StorageError } from '../storage.error.js';
import type { Arguments } from './flags.js';
import { settingsFrom } from './inputs.js';
import { UsageError, type Io } from './io.js';

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
  const settings = settingsFrom(args, io.env);
  const client = createS3Client(settings);
  const clients = new OrgClients(settings, client);
  const store = new ObjectStore(settings, clients, new Presigner(settings));
  const open: OpenMonth = async (month) => {
    const [year = '', number = ''] = month.split('-');
    try {
      return (await store.read(org, layout.auditMonth(org, { year, month: number }), { signal: io.signal })).body;
    } catch (error) {
      if (error instanceof StorageError && error.code === 'not_found') return undefined;
      throw error;
    }
  };
  return {
    open,
    close: () => {
      clients.destroy();
      client.destroy();
    },
  };
}

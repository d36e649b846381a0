import { StorageError } from '../../storage.error.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import type { Finding } from '../apply/check-bucket.js';
import { isDone, said } from './guards/guard.js';
import { probeBytes, reservedOrg, type ProbeBench } from './probe-bench.js';

async function* oneChunk() {
  yield Buffer.from(probeBytes);
}

/** What the module does all day, by its own code; each step with the rights it takes. */
const steps: {
  name: string;
  rights: (settings: StorageSettings) => string;
  run(bench: ProbeBench, key: Key): Promise<unknown>;
}[] = [
  {
    name: 'write',
    rights: ({ acl }) => (acl === 'private' ? 's3:PutObject and s3:PutObjectAcl' : 's3:PutObject'),
    run: ({ store }, { from }) =>
      store.put(reservedOrg, from, oneChunk(), { contentType: 'text/plain', metadata: {}, size: probeBytes.length }),
  },
  {
    name: 'read',
    rights: () => 's3:GetObject',
    run: async ({ store }, { from }) => (await store.read(reservedOrg, from)).body.resume(),
  },
  {
    name: 'copy',
    rights: () => 's3:GetObject and s3:PutObject',
    async run({ store }, { from, to }) {
      const { etag } = await store.head(reservedOrg, from);
      await store.copy(reservedOrg, from, to, { contentType: 'text/plain', metadata: {}, sourceEtag: etag });
    },
  },
  {
    name: 'presign a read',
    rights: () => 's3:GetObject',
    async run(bench, { to }) {
      const headers = { contentType: 'text/plain', contentDisposition: 'attachment', cacheControl: 'private' };
      const { url } = await bench.store.presignRead(reservedOrg, to, headers, 60);
      const answer = await bench.send({ method: 'GET', url });
      if (!isDone(answer)) throw new StorageError('store_refused', `The URL was answered with ${said(answer)}.`);
    },
  },
  {
    name: 'list',
    rights: () => 's3:ListBucket',
    run: ({ store }, { folder }) => store.list(reservedOrg, folder, { limit: 1 }),
  },
  {
    name: 'delete',
    rights: () => 's3:DeleteObject',
    run: ({ store }, { to }) => store.delete(reservedOrg, to),
  },
];

interface Key {
  from: ReturnType<ProbeBench['incoming']>;
  to: ReturnType<ProbeBench['file']>;
  folder: ReturnType<ProbeBench['folder']>;
}

/** The options without which a write could pass, least change first. */
const relaxed: [Partial<StorageSettings>, fix: string][] = [
  [{ acl: 'none' }, `Set acl: 'none': this store or bucket takes no ACL.`],
  [{ encryption: 'none' }, `Set encryption: 'none': this store has no encryption that a request can ask for.`],
  [{ acl: 'none', encryption: 'none' }, `Set acl: 'none' and encryption: 'none': this store has neither.`],
];

/**
 * Whether the module works here at all. Where only its options stand in the way, says which, and gives a bench for the
 * other probes that leaves them out.
 */
export async function roundTrip(bench: ProbeBench): Promise<{ bench?: ProbeBench; findings: Finding[] }> {
  const failure = await firstFailure(bench);
  if (!failure) return { bench, findings: [] };
  if (failure.step === 'write') {
    for (const [options, fix] of relaxed) {
      const other = bench.with(options);
      if (await firstFailure(other)) continue;
      return { bench: other, findings: [{ id: 'round-trip', severity: 'error', message: failure.message, fix }] };
    }
  }
  return { findings: [{ id: 'round-trip', severity: 'error', message: failure.message, fix: failure.fix }] };
}

async function firstFailure(bench: ProbeBench) {
  const key = { from: bench.incoming(), to: bench.file(), folder: bench.folder() };
  for (const { name, rights, run } of steps) {
    try {
      await run(bench, key);
    } catch (error) {
      const { message, code, cause } = error instanceof StorageError ? error : { ...unknown, cause: error };
      const answered = (cause as { name?: string } | undefined)?.name;
      const fix =
        code === 'store_refused'
          ? `These credentials need ${rights(bench.settings)}, and the bucket policy must not deny it (its language differs between stores: see --store).`
          : 'Check endpoint, region, bucket and network.';
      return {
        step: name,
        message: `The module cannot ${name} here: ${message}${answered ? ` (${answered})` : ''}`,
        fix,
      };
    }
  }
  return undefined;
}

const unknown = { message: 'The call failed.', code: 'store_unavailable' };

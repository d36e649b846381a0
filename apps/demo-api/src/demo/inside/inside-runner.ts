import { S3Client } from '@aws-sdk/client-s3';
import { parseOrgId, type StorageSettings } from 'nest-tenant-storage';
import type { CatalogDatabase } from 'nest-tenant-storage/catalog';
import { ownerReport, type AttackReport } from '../attacks/attack-report.js';
import { people, type AttackRunner } from '../attacks/attack-runner.js';
import type { Inside, InsideAttack } from './inside-attack.js';

/** What code of the application has at hand. */
export interface Hands {
  settings: Pick<StorageSettings, 'bucket' | 'region' | 'endpoint' | 'forcePathStyle' | 'credentials'>;
  client: S3Client;
  /** Absent where the demo has no catalog. */
  database?: CatalogDatabase;
}

/** Carries out what mistaken code of the application would try, and looks whether A still has its file. */
export async function runInside(attack: InsideAttack, runner: AttackRunner, hands: Hands): Promise<AttackReport> {
  const { bucket, region, endpoint, forcePathStyle, credentials } = hands.settings;
  await runner.owner();
  const bare = new S3Client({ region, endpoint, forcePathStyle, credentials });
  const b = parseOrgId(people.b.orgId);
  const inside: Inside = {
    ...{ bucket, bare, b, keyOfA: runner.keyOfA, a: parseOrgId(people.a.orgId), client: hands.client },
    sql: (statement) => rolledBack(hands.database!, b, statement),
  };
  const started = performance.now();
  const answer = await attack.run(inside).then(gotten, refused);
  const ms = Math.round(performance.now() - started);
  bare.destroy();
  const owner = ownerReport(await runner.owner());
  const broken = [
    ...(answer.code === attack.must.code ? [] : [`It was answered ${answer.code ?? 'with success'}.`]),
    ...(owner.isSame ? [] : ['Its owner no longer has the file as it was.']),
  ];
  const { refusedBy } = attack.must;
  const url = attack.sent.replace('{keyOfA}', runner.keyOfA);
  return {
    name: attack.name,
    held: broken.length === 0,
    broken,
    sent: [{ to: refusedBy, as: 'app', method: '', url, headers: [], bytes: 0 }],
    answers: [{ status: 0, ms, ...answer }],
    owner,
  };
}

type Said = { code?: string; message?: string };

/** A database that shows no row says no more than that. */
const gotten = (answer: unknown): Said => (Array.isArray(answer) && answer.length === 0 ? { code: 'no rows' } : {});

function refused(error: unknown): Said {
  const { code, name, message } = error as { code?: string; name?: string; message?: string };
  const said = code ?? name;
  return { ...(said !== undefined && { code: said }), ...(message !== undefined && { message }) };
}

/** What an attack would change must not stay, even where nothing refuses it: the transaction ends with an error. */
async function rolledBack(database: CatalogDatabase, org: Inside['b'], statement: string): Promise<readonly unknown[]> {
  let rows: readonly unknown[] | undefined;
  const ended = database.inOrg(org, async ({ query }) => {
    rows = await query(statement, []);
    throw new Error('Enough was seen.');
  });
  const error = await ended.catch((reason: unknown) => reason);
  if (rows) return rows;
  // The adapter wraps what the database said.
  throw (error as { cause?: unknown }).cause ?? error;
}

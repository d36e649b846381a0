import {
  ownTransactions,
  thisTransaction,
  type Catalog,
  type CatalogDatabase,
  type RawQuery,
} from 'nest-tenant-storage/catalog';
import type { OrgId } from 'nest-tenant-storage';

// The catalog in the transactions of what an application has already. Each asks with plain text values and takes rows back.

interface TypeOrm {
  transaction<T>(work: (manager: { queryRunner?: TypeOrmRunner }) => Promise<T>): Promise<T>;
}
interface TypeOrmRunner {
  query(sql: string, values: unknown[], useStructuredResult: true): Promise<{ records: unknown[] }>;
}

/** `dataSource` of TypeORM. */
export const withTypeOrm = (dataSource: TypeOrm): CatalogDatabase =>
  ownTransactions((work) =>
    dataSource.transaction((manager) =>
      work(async (sql, values) => (await manager.queryRunner!.query(sql, values, true)).records),
    ),
  );

interface Prisma {
  $transaction<T>(
    work: (transaction: { $queryRawUnsafe(sql: string, ...values: unknown[]): Promise<unknown> }) => Promise<T>,
  ): Promise<T>;
}

/** Prisma's client. The statements are the catalog's own; values are always bound. */
export const withPrisma = (prisma: Prisma): CatalogDatabase =>
  ownTransactions((work) =>
    prisma.$transaction((transaction) =>
      work(async (sql, values) => (await transaction.$queryRawUnsafe(sql, ...values)) as unknown[]),
    ),
  );

interface Kysely<Query> {
  transaction(): {
    execute<T>(
      work: (transaction: { executeQuery(query: Query): Promise<{ rows: unknown[] }> }) => Promise<T>,
    ): Promise<T>;
  };
}

/** Kysely, with its `CompiledQuery.raw`. */
export const withKysely = <Query>(
  db: Kysely<Query>,
  compiledQuery: { raw(sql: string, values: unknown[]): Query },
): CatalogDatabase =>
  ownTransactions((work) =>
    db
      .transaction()
      .execute((transaction) =>
        work(async (sql, values) => (await transaction.executeQuery(compiledQuery.raw(sql, values))).rows),
      ),
  );

interface Drizzle<Query> {
  transaction<T>(
    work: (transaction: { execute(query: Query): Promise<{ rows: unknown[] }> }) => Promise<T>,
  ): Promise<T>;
}
interface DrizzleSql<Query, Chunk> {
  raw(text: string): Chunk;
  param(value: unknown): Chunk;
  join(chunks: Chunk[]): Query;
}

/** Drizzle over `pg`, with its `sql`, which numbers values itself. */
export const withDrizzle = <Query, Chunk>(db: Drizzle<Query>, sql: DrizzleSql<Query, Chunk>): CatalogDatabase => {
  const bound = (text: string, values: unknown[]) =>
    sql.join(
      text.split(/\$(\d+)/).map((part, at) => (at % 2 === 0 ? sql.raw(part) : sql.param(values[Number(part) - 1]))),
    );
  return ownTransactions((work) =>
    db.transaction((transaction) =>
      work(async (text, values) => (await transaction.execute(bound(text, values))).rows),
    ),
  );
};

/** One transaction of the application's own: a limit that is there when the rest of it is, and is not when it is not. */
export async function openClinic(catalog: Catalog, query: RawQuery, org: OrgId, bytes: number): Promise<void> {
  await query('insert into clinic (id) values ($1)', [org]);
  await catalog.with(thisTransaction(query)).setLimits(org, { bytes });
}

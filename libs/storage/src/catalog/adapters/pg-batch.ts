import type { PgClient, PgStatement } from './pg-client.js';

/** What a query class of one's own is given by `pg`, as those of `pg-cursor` are. */
interface PgConnection {
  stream: { cork(): void; uncork(): void };
  parse(statement: { name: string; text: string; types: [] }): void;
  bind(bound: {
    portal: '';
    statement: string;
    values: (string | null)[];
    valueMapper: (value: unknown) => unknown;
  }): void;
  execute(portal: { portal: ''; rows: 0 }): void;
  close(what: { type: 'S'; name: string }): void;
  sync(): void;
}

/** How often a connection has used a plan of its own, by the statement's name. */
const planned = new WeakMap<PgConnection, Map<string, number>>();

/** A plan that was made when a table was empty reads all of an organisation when it no longer is: it is made anew after so many. */
const usesOfPlan = 100;

/**
 * Several statements with their values in one round trip: they are sent together, and where one fails the server passes over
 * the rest. Undefined where this client cannot: one that pipelines by itself takes no query class, `pg-native` has none.
 */
export function askTogether(client: PgClient, statements: readonly PgStatement[]): Promise<Batch> | undefined {
  const { connection, pipeline } = client as { connection?: Partial<PgConnection>; pipeline?: boolean };
  if (pipeline || typeof connection?.bind !== 'function' || typeof connection.sync !== 'function') return undefined;
  return new Promise((resolve, reject) => {
    const batch = new Batch(statements, (error) => (error ? reject(error) : resolve(batch)));
    void client.query(batch as never);
  });
}

class Batch {
  /** All rows, in the order in which they came; each of them has one column, as text. */
  readonly rows: { row: string | null }[] = [];
  /** What the server says of the last statement. */
  command = '';
  #uses: Map<string, number> | undefined;

  constructor(
    private readonly statements: readonly PgStatement[],
    /** `pg` looks for it by this name, and puts its own time limit around it. */
    public callback: (error?: Error) => void,
  ) {}

  submit(connection: PgConnection): null {
    const uses = planned.get(connection) ?? new Map<string, number>();
    planned.set(connection, uses);
    this.#uses = uses;
    connection.stream.cork();
    for (const { text, values = [], name } of this.#named()) {
      if (!name || (uses.get(name) ?? usesOfPlan) >= usesOfPlan) {
        // One that was planned in a batch that failed later may be there or not.
        if (name) connection.close({ type: 'S', name });
        connection.parse({ name, text, types: [] });
        uses.delete(name);
      }
      connection.bind({ portal: '', statement: name, values, valueMapper: (value) => value });
      connection.execute({ portal: '', rows: 0 });
    }
    connection.sync();
    connection.stream.uncork();
    return null;
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    this.rows.push({ row: fields[0] ?? null });
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.command = text;
  }

  handleError(error: Error): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    for (const { name } of this.#named()) if (name) this.#uses?.set(name, (this.#uses.get(name) ?? 0) + 1);
    this.callback();
  }

  /** By names of their own: `pg` keeps account of those that it has planned itself. */
  #named(): (PgStatement & { name: string })[] {
    return this.statements.map((statement) => ({ ...statement, name: statement.name ? `${statement.name}_t` : '' }));
  }

  handleRowDescription(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

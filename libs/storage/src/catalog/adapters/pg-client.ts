export interface PgStatement {
  name?: string;
  text: string;
  values?: (string | null)[];
}

/** What is used of a client of `pg`. */
export interface PgClient {
  query(statement: PgStatement): Promise<{ rows: unknown[]; command?: string }>;
  /** With `true` the connection is ended rather than used again. */
  release(destroy?: boolean): void;
  on(event: 'error', listener: () => void): unknown;
  off(event: 'error', listener: () => void): unknown;
}

/** What is used of `pg`'s `Pool`. */
export interface PgPool {
  connect(): Promise<PgClient>;
  readonly options?: { readonly max?: number };
}

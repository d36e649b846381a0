const KEPT = 10_000;

/** A request the server has answered. Holds no signature, token or other query value. */
export interface RequestRecord {
  readonly at: Date;
  readonly method: string;
  /** as sent, percent-encoded, without the query */
  readonly path: string;
  /** names in the query, in the order sent */
  readonly queryNames: readonly string[];
  /** `PutObject`, …; absent when it was refused before that was known */
  operation?: string;
  bucket?: string;
  key?: string;
  accessKeyId?: string;
  /** absent while it is under way, and when the connection broke first */
  status?: number;
  /** S3's error code */
  code?: string;
  /** what went wrong inside when the status is 500 */
  cause?: unknown;
}

/** The last requests, oldest first. */
export class RequestLog {
  private records: RequestRecord[] = [];

  list(): RequestRecord[] {
    return [...this.records];
  }

  clear(): void {
    this.records = [];
  }

  open(at: Date, method: string, url: string): RequestRecord {
    const [path = '', query = ''] = url.split('?', 2);
    const queryNames = query
      .split('&')
      .filter(Boolean)
      .map((pair) => pair.split('=', 1)[0] ?? '');
    const record: RequestRecord = { at, method, path, queryNames };
    this.records.push(record);
    if (this.records.length > KEPT) this.records.shift();
    return record;
  }
}

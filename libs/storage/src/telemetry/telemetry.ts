/** What an application wants to be told by OpenTelemetry. */
export interface TelemetryOptions {
  /**
   * Names the organisation in spans and metrics: a time series of each metric for every one of them, and whoever reads the
   * telemetry sees who is a customer. Default false.
   */
  organisation?: boolean;
  /** A span for each call to the store. Switch it off where the AWS SDK is instrumented as well. Default true. */
  storeCalls?: boolean;
}

/** What is told of a verb. Nothing of a file, its place or its user is in it. */
export interface About {
  readonly org: string;
  /** The kind of file. */
  readonly purpose: string;
  readonly direct?: boolean;
  /** When what now ends began, in milliseconds since 1970; default: with the verb. */
  readonly since?: number;
  /** The trace that it began in: see `Telemetry.here`. */
  readonly follows?: string;
}

export type Verb =
  'upload' | 'begin' | 'complete' | 'abandon' | 'read' | 'list' | 'stat' | 'delete' | 'restore' | 'purge' | 'url';

/** What events are needed for here. */
interface Told {
  kind: string;
  org: string;
  purpose: string;
  code?: string;
  direct?: boolean;
  size?: number;
}

export interface Look {
  readonly metadata?: Readonly<Record<string, string>>;
  write(chunk: Uint8Array): Promise<void> | void;
  verdict(): Promise<void> | void;
  abort(): void;
}

export interface Telemetry {
  /** Runs a verb in a span of its own, which the spans of its calls are children of. */
  verb<T>(verb: Verb, about: About, work: () => Promise<T>): Promise<T>;
  /** The same for one call to the store, by the name of its command. */
  call<T>(command: string, work: () => Promise<T>): Promise<T>;
  /** The same for what a scanner does with one file. */
  scan(about: About, look: Look): Look;
  /** The span under way, as a `traceparent`. */
  here(): string | undefined;
  /** Counts what events tell. */
  listen(events: { subscribe(listener: (event: Told) => void): () => void }): void;
}

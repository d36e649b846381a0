import type { JournalSink } from '../journal/journal-record.js';

/** A record of everything that is done with files. */
export interface JournalOptions {
  /** Where records go: `fileSink`, `jsonLinesSink`, or what your application does with them. */
  sink: JournalSink | JournalSink['append'];
  /**
   * Whether an upload, a read, a URL or a removal that cannot be recorded fails with `check_unavailable` (503), with nothing
   * done. `changes`: uploads and removals alone, and reads go on. Default false: it is done, and the log says which records
   * were lost.
   */
  required?: boolean | 'changes';
  /**
   * 32 bytes or more. With it a record tells which of the files beside each other is meant, by an HMAC of its name: names of
   * files are often names of persons. Whoever destroys the secret makes all of them unreadable. Default: none is told.
   */
  nameSecret?: string;
}

export function* mistakesInJournal({ sink, required, nameSecret }: Partial<JournalOptions>): Generator<string> {
  if (typeof sink !== 'function' && typeof (sink as Partial<JournalSink> | undefined)?.append !== 'function') {
    yield 'journal.sink must be a function of records, or an object with append.';
  }
  if (!['boolean', 'undefined'].includes(typeof required) && required !== 'changes') {
    yield 'journal.required must be true, false or changes.';
  }
  if (nameSecret !== undefined && (typeof nameSecret !== 'string' || Buffer.byteLength(nameSecret) < 32)) {
    yield 'journal.nameSecret must be a secret of 32 bytes or more (try: openssl rand -base64 48).';
  }
}

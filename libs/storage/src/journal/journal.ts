import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type {
  AccessSubject,
  FileGate,
  FileSubject,
  GivenFile,
  RefusedSubject,
  RemovalSubject,
  UploadEnding,
  UploadSubject,
} from '../files/gates/gate.js';
import type { JournalOptions } from '../options/journal.options.js';
import type { JournalRecord, JournalSink } from './journal-record.js';
import { placeIn } from './journal-place.js';

/** Milliseconds for a sink to keep what it is given. */
const appendMs = 5_000;

type What = Pick<JournalRecord, 'verb' | 'outcome'> & Partial<JournalRecord>;

/**
 * Records everything that is done with files, as the last of the gates: what another one refuses is recorded as refused.
 * Before anything happens it is recorded that it is about to; what came of it is recorded afterwards, which can hold nothing
 * up any more.
 */
export class Journal implements FileGate, OnApplicationShutdown {
  readonly name = 'journal';
  readonly #logger = new Logger(Journal.name);
  readonly #sink: JournalSink;
  readonly #required: boolean | 'changes';
  readonly #nameSecret: string | undefined;
  readonly #underWay = new Set<Promise<void>>();

  constructor({ sink, required = false, nameSecret }: JournalOptions) {
    this.#sink = typeof sink === 'function' ? { append: sink } : sink;
    this.#required = required;
    this.#nameSecret = nameSecret;
  }

  admit(upload: UploadSubject): Promise<void> {
    return this.#before([this.#of(upload, { verb: 'upload', outcome: 'begun', upload: upload.eventId })]);
  }

  /** A direct upload is begun twice: when its ticket is given, and when its file is about to be put in its place. */
  async inspect(upload: UploadSubject): Promise<undefined> {
    if (upload.direct) await this.admit(upload);
  }

  beforeHandover({ verb, ...subject }: AccessSubject, files: readonly GivenFile[]): Promise<void> {
    const isOfUrls = verb === 'url' || verb === 'list';
    const given = files.map(({ place, expiresAt, grant }) =>
      this.#of({ ...subject, place }, { verb: isOfUrls ? 'url' : verb, outcome: 'done', ...facts(expiresAt, grant) }),
    );
    const asked = verb === 'list' || verb === 'stat' ? [this.#of(subject, { verb, outcome: 'done' })] : [];
    return this.#before([...asked, ...given], this.#required === true);
  }

  beforeRemoval(file: RemovalSubject): Promise<void> {
    return this.#before([this.#of(file, { verb: 'delete', outcome: 'begun' })]);
  }

  removed(file: RemovalSubject): Promise<void> {
    return this.#after(this.#of(file, { verb: 'delete', outcome: 'done' }));
  }

  /** Nobody waits for it: nothing was done. */
  refused({ verb, code, ...subject }: RefusedSubject): void {
    // What was no place may be anything that a client has sent.
    const place = code.startsWith('invalid_') ? {} : subject.place;
    void this.#beside([this.#of({ ...subject, place }, { verb, outcome: 'refused', code })]);
  }

  ended(upload: UploadSubject, ending: UploadEnding): Promise<void> {
    const of = { verb: 'upload', upload: upload.eventId } as const;
    if (ending.outcome === 'stored')
      return this.#after(this.#of(upload, { ...of, outcome: 'done', id: upload.eventId }));
    if (ending.outcome === 'abandoned') return this.#after(this.#of(upload, { ...of, outcome: 'abandoned' }));
    return this.#after(this.#of(upload, { ...of, outcome: 'refused', code: ending.code }));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.#underWay);
    await this.#sink.close?.();
  }

  #of({ org, purpose, place, by, requestId }: FileSubject, what: What): JournalRecord {
    const isClean = requestId !== undefined && /^[\w.:/-]{1,128}$/.test(requestId);
    return {
      id: randomUUID(),
      at: new Date().toISOString(),
      org,
      ...(by !== undefined && { by }),
      kind: purpose,
      ...placeIn(org, purpose, place, this.#nameSecret),
      ...what,
      ...(isClean && { requestId }),
    };
  }

  async #before(records: readonly JournalRecord[], isRequired = this.#required !== false): Promise<void> {
    if (isRequired) await this.#append(records);
    else this.#beside(records);
  }

  async #after(record: JournalRecord): Promise<void> {
    const recorded = this.#beside([record]);
    if (this.#required !== false) await recorded;
  }

  /** Never throws: what could not be recorded is in the log. */
  #beside(records: readonly JournalRecord[]): Promise<void> {
    const appending = this.#append(records)
      .catch((error: unknown) => {
        const lost = records.map((record) => JSON.stringify(record)).join('\n');
        this.#logger.error(`The journal has lost ${records.length} records:\n${lost}`, stackOf(error));
      })
      .finally(() => this.#underWay.delete(appending));
    this.#underWay.add(appending);
    return appending;
  }

  async #append(records: readonly JournalRecord[]): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`The sink has not answered within ${appendMs} ms.`)), appendMs);
    });
    try {
      await Promise.race([this.#sink.append(records), late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

const facts = (expiresAt: Date | undefined, grant: string | undefined) => ({
  ...(grant !== undefined && { grantId: grant }),
  ...(expiresAt && { expiresAt: expiresAt.toISOString() }),
});

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

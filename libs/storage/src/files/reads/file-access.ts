import { Inject, Injectable } from '@nestjs/common';
import type { ObjectKey } from '../../keys/object-key.js';
import type { OrgId } from '../../keys/org-id.js';
import type { Place } from '../../keys/place.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { StorageError } from '../../storage.error.js';
import { STORAGE_SETTINGS } from '../../storage.tokens.js';
import { telemetryOf } from '../../telemetry/telemetry-of.js';
import { StorageEvents } from '../events.js';
import { placeAsGiven, type FileKind, type PlaceOf } from '../file-kind.js';
import type { AccessSubject, FileSubject, GivenFile } from '../gates/gate.js';
import { Gates } from '../gates/gates.js';
import { actor } from '../incoming.js';

/** What is asked for; the last three change what is kept. */
export type Verb = AccessSubject['verb'] | 'delete' | 'restore' | 'purge';

interface Asked<Id extends string> {
  kind: FileKind<Id>;
  org: OrgId;
  place: PlaceOf<string>;
  by: string | undefined;
  requestId: string | undefined;
  verb: Verb;
}

/** Asks the gates once more when what was asked for is at hand. */
type HandOver = (files: readonly GivenFile[]) => Promise<void>;

type Locate<Id extends string, L> = (kind: FileKind<Id>, org: OrgId, place: PlaceOf<string>) => L;

/** What all verbs but uploads have in common: the place is read once, the gates are asked, and a refusal is told. */
@Injectable()
export class FileAccess {
  constructor(
    private readonly gates: Gates,
    private readonly events: StorageEvents,
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
  ) {}

  /** Tells of an upload that was refused before any gate was asked about it. */
  async refused({ direct, ...subject }: FileSubject & { direct: boolean }, error: unknown): Promise<void> {
    this.events.refused({ ...subject, direct }, error);
    if (!this.gates.areAny || !(error instanceof StorageError)) return;
    await this.gates.refused({ ...subject, verb: 'upload', code: error.code });
  }

  async of<Id extends string, L extends { place: Place; key?: ObjectKey }, T>(
    asked: Asked<Id>,
    find: Locate<Id, L>,
    work: (located: L, subject: FileSubject, handOver: HandOver) => Promise<T>,
  ): Promise<T> {
    const about = { org: asked.org, purpose: asked.kind.purpose };
    return telemetryOf(this.settings).verb(asked.verb, about, () => this.#of(asked, find, work));
  }

  async #of<Id extends string, L extends { place: Place; key?: ObjectKey }, T>(
    { kind, org, place, by, requestId, verb }: Asked<Id>,
    find: Locate<Id, L>,
    work: (located: L, subject: FileSubject, handOver: HandOver) => Promise<T>,
  ): Promise<T> {
    let subject: FileSubject = { org, purpose: kind.purpose, place: {}, ...actor({ by, requestId }) };
    try {
      const located = find(kind, org, place);
      subject = { ...subject, place: located.place };
      const removal = changes(verb) && located.key !== undefined ? { ...subject, key: located.key } : undefined;
      if (this.gates.areAny) {
        if (removal && verb === 'restore') await this.gates.beforeRestore(removal);
        else if (removal) await this.gates.beforeRemoval(removal);
        else if (!changes(verb)) await this.gates.beforeAccess({ ...subject, verb });
      }
      const answer = await work(located, subject, async (files) => {
        if (this.gates.areAny && !changes(verb)) await this.gates.beforeHandover({ ...subject, verb }, files);
      });
      if (removal && verb === 'delete') await this.gates.removed(removal);
      return answer;
    } catch (error) {
      if (error instanceof StorageError && !expected.has(error.code)) {
        const known = Object.keys(subject.place).length > 0 ? subject.place : placeAsGiven(kind, place);
        this.events.emit({ kind: 'access-refused', ...subject, place: known, verb, code: error.code });
        if (this.gates.areAny) await this.gates.refused({ ...subject, place: known, verb, code: error.code });
      }
      throw error;
    }
  }
}

const changes = (verb: Verb): verb is 'delete' | 'restore' | 'purge' =>
  verb === 'delete' || verb === 'restore' || verb === 'purge';

/** These refuse nobody: they say that the caller's copy is current. */
const expected = new Set(['not_modified']);

import { Injectable } from '@nestjs/common';
import type { OrgId } from '../keys/org-id.js';
import type { Place } from '../keys/place.js';
import { StorageError } from '../storage.error.js';
import { StorageEvents } from './events.js';
import { placeAsGiven, type FileKind, type PlaceOf } from './file-kind.js';
import type { AccessSubject, FileSubject } from './gate.js';
import { Gates } from './gates.js';

interface Asked<Id extends string> {
  kind: FileKind<Id>;
  org: OrgId;
  place: PlaceOf<string>;
  by: string | undefined;
  verb: AccessSubject['verb'] | 'delete';
}

type Locate<Id extends string, L> = (kind: FileKind<Id>, org: OrgId, place: PlaceOf<string>) => L;

/** What all verbs but uploads have in common: the place is read once, the gates are asked, and a refusal is told. */
@Injectable()
export class FileAccess {
  constructor(
    private readonly gates: Gates,
    private readonly events: StorageEvents,
  ) {}

  async of<Id extends string, L extends { place: Place }, T>(
    { kind, org, place, by, verb }: Asked<Id>,
    find: Locate<Id, L>,
    work: (located: L, subject: FileSubject) => Promise<T>,
  ): Promise<T> {
    let subject: FileSubject = { org, purpose: kind.purpose, place: {}, ...(by !== undefined && { by }) };
    try {
      const located = find(kind, org, place);
      subject = { ...subject, place: located.place };
      if (this.gates.areAny) {
        if (verb === 'delete') await this.gates.beforeRemoval(subject);
        else await this.gates.beforeAccess({ ...subject, verb });
      }
      return await work(located, subject);
    } catch (error) {
      if (error instanceof StorageError && !expected.has(error.code)) {
        const known = Object.keys(subject.place).length > 0 ? subject.place : placeAsGiven(kind, place);
        this.events.emit({ kind: 'access-refused', ...subject, place: known, verb, code: error.code });
      }
      throw error;
    }
  }
}

/** These refuse nobody: they say that the caller's copy is current. */
const expected = new Set(['not_modified']);

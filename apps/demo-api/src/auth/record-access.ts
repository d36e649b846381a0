import { Injectable } from '@nestjs/common';
import type { Permission } from './role-table.js';
import type { User } from './user.js';

/**
 * Whose record a file belongs to: which patient may see which form. The application's own records know, so an application
 * puts its own class here, which asks them. Asked after the role table, for what that allows.
 */
export abstract class RecordAccess {
  /** By ids alone, never by whether a file is there: a refusal must not tell. An error refuses. */
  abstract may(
    user: User,
    permission: Permission,
    place: Readonly<Record<string, unknown>>,
  ): boolean | Promise<boolean>;
}

/** The demo's records, alike in every organisation: form 7 and document 9 are patient pat's, form 8 and document 10 lou's. */
const patientOf: Readonly<Record<'formId' | 'documentId', Readonly<Record<string, string>>>> = {
  formId: { 7: 'pat', 8: 'lou' },
  documentId: { 9: 'pat', 10: 'lou' },
};

/** Whose record a place is of, where these records know it. */
export function patientIn(place: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of ['formId', 'documentId'] as const) {
    const [id, patients] = [String(place[name] ?? ''), patientOf[name]];
    if (Object.hasOwn(patients, id)) return patients[id];
  }
  return undefined;
}

/** A form that these records do not know is open to every patient, so that any id can be tried. Yours should refuse it. */
@Injectable()
export class DemoRecordAccess extends RecordAccess {
  may({ role, sub }: User, _permission: Permission, place: Readonly<Record<string, unknown>>): boolean {
    if (role !== 'patient') return true;
    return (['formId', 'documentId'] as const).every((name) => {
      const patients = patientOf[name];
      const id = String(place[name] ?? '');
      return !Object.hasOwn(patients, id) || patients[id] === sub;
    });
  }
}

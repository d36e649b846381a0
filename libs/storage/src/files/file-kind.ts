import { acceptedType, type AcceptedType } from '../content/accepted-types.js';
import { parseFileName, type FileName } from '../keys/file-name.js';
import { isCleanSegment } from '../keys/segment.js';
import type { KeyPrefix, ObjectKey } from '../keys/object-key.js';
import type { OrgId } from '../keys/org-id.js';
import type { Place } from '../keys/place.js';
import { StorageError } from '../storage.error.js';
import { maxFileBytes } from '../storage.policy.js';

/** Where in its domain a file belongs, in ids. */
export type PlaceOf<Id extends string> = Readonly<Record<Id, string | number>>;

type Ids<Id extends string> = Readonly<Record<Id, string>>;

/** What one kind of file is. */
export interface FileKindDeclaration<Id extends string, Deletable extends boolean> {
  /** Names the kind in events, upload tokens and rules: lower-case words with dashes. */
  purpose: string;
  /**
   * The ids that say where a file belongs. With `fileName` among them several files lie beside each other, each under the
   * name that its person gave it, and whoever sends one says what it is.
   */
  ids: readonly Id[];
  /** The key, by `inOrg`: every id is checked there to be one clean segment. */
  at: (org: OrgId, ids: Ids<Id>) => ObjectKey;
  /** The folder of the files beside each other, by `prefixInOrg`: such a kind can be listed. */
  in?: (org: OrgId, ids: Ids<Exclude<Id, 'fileName'>>) => KeyPrefix;
  /** Canonical types. Default: every one that the application accepts. */
  accepts?: readonly string[];
  /** Bytes; at most, and by default, 250 MiB. */
  maxBytes?: number;
  /** Whether a file that is there is replaced: always, where the caller asks for it (`asked`), or never (default). */
  replaces?: boolean | 'asked';
  /** Default true. */
  deletable?: Deletable;
  /** The name to give to a file that no person named. Default: the last part of its key. */
  named?: (ids: Ids<Id>) => string;
  /** How a browser treats the file where the caller does not say. `inline` is honoured only for types that cannot run script. */
  disposition?: 'inline' | 'attachment';
}

/** A kind of file, made by {@link fileKind}. */
export interface FileKind<Id extends string = string, Deletable extends boolean = boolean> {
  readonly purpose: string;
  readonly ids: readonly Id[];
  readonly at: (org: OrgId, ids: Ids<Id>) => ObjectKey;
  readonly in: ((org: OrgId, ids: Ids<Exclude<Id, 'fileName'>>) => KeyPrefix) | undefined;
  /** Absent: every type that the application accepts. */
  readonly accepts: readonly AcceptedType[] | undefined;
  readonly maxBytes: number;
  readonly replaces: boolean | 'asked';
  readonly deletable: Deletable;
  readonly named: ((ids: Ids<Id>) => string) | undefined;
  readonly disposition: 'inline' | 'attachment';
}

/**
 * Declares a kind of file. `Files` does with it whatever it does with the module's own kinds, with the same guarantees:
 *
 *     export const invoice = fileKind({
 *       purpose: 'invoice',
 *       ids: ['invoiceId'],
 *       at: (org, { invoiceId }) => inOrg(org)`custom/invoices/${invoiceId}/invoice.pdf`,
 *       accepts: ['application/pdf'],
 *     });
 *
 * @throws {StorageError} `misconfigured` for a declaration that cannot be kept
 */
export function fileKind<const Id extends string, const Deletable extends boolean = true>(
  declared: FileKindDeclaration<Id, Deletable>,
): FileKind<Id, Deletable> {
  const { purpose, ids, at, maxBytes = maxFileBytes, replaces = false, disposition = 'inline' } = declared;
  const refuse = (why: string): never => {
    throw new StorageError('misconfigured', `The kind of file "${purpose}" ${why}.`);
  };
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(purpose)) refuse('needs a purpose of lower-case words with dashes');
  if (!Number.isInteger(maxBytes) || maxBytes < 1 || maxBytes > maxFileBytes) {
    refuse(`needs maxBytes from 1 to ${maxFileBytes}, the bound of every file`);
  }
  const accepts = declared.accepts?.map(acceptedType);
  if (accepts?.length !== 1 && !isNamed(ids)) {
    refuse('accepts several types and has no fileName, whose extension would tell them apart');
  }
  const deletable = (declared.deletable ?? true) as Deletable;
  return {
    purpose,
    ids,
    at,
    in: declared.in,
    named: declared.named,
    accepts,
    maxBytes,
    replaces,
    deletable,
    disposition,
  };
}

const isNamed = (ids: readonly string[]): boolean => ids.includes('fileName');

/** Where a file of a kind is, by one name for all who ask. */
export interface Located {
  key: ObjectKey;
  /** The ids of the kind and no others; `fileName` as in the key. */
  place: Place;
  nameInKey: string;
  /** Where a person named the file. */
  name?: FileName;
}

/** @throws {StorageError} `invalid_org`, `invalid_place`, `invalid_file_name` */
export function locate<Id extends string>(kind: FileKind<Id>, org: OrgId, given: PlaceOf<string>): Located {
  const isToParse = isNamed(kind.ids) && given['fileName'] !== undefined;
  const name = isToParse ? parseFileName(given['fileName']) : undefined;
  const place = placeOf(kind, kind.ids, name ? { ...given, fileName: name.key } : given);
  const key = named(place, () => kind.at(org, place));
  const nameInKey = name?.key ?? kind.named?.(place) ?? key.slice(key.lastIndexOf('/') + 1);
  return { key, place, nameInKey, ...(name && { name }) };
}

/** Where the files beside each other are. @throws {StorageError} `invalid_org`, `invalid_place`, `not_supported` */
export function locateFolder<Id extends string>(
  kind: FileKind<Id>,
  org: OrgId,
  given: PlaceOf<string>,
): { prefix: KeyPrefix; place: Place } {
  if (!kind.in)
    throw new StorageError('not_supported', 'Files of this kind do not lie in a folder that can be listed.');
  const ids = kind.ids.filter((id): id is Exclude<Id, 'fileName'> => id !== 'fileName');
  const place = placeOf(kind, ids, given);
  const folder = kind.in;
  return { prefix: named(place, () => folder(org, place)), place };
}

/** A template for keys knows its holes by their order only: says which of the ids it is that was refused. */
function named<T>(place: Place, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const wrong = Object.keys(place).find((id) => !isCleanSegment(place[id]?.normalize('NFC')));
    const isOfPlace = error instanceof StorageError && error.code === 'invalid_place' && wrong !== undefined;
    if (!isOfPlace) throw error;
    throw new StorageError('invalid_place', `${wrong} cannot be an id of a place: ${error.message}`, { cause: error });
  }
}

function placeOf<Id extends string>(kind: FileKind<Id>, ids: readonly Id[], given: PlaceOf<string>): Ids<Id> {
  const text = (id: string): string => {
    const value = given[id] as unknown;
    if (typeof value === 'string' || Number.isSafeInteger(value)) return String(value);
    const found = value === undefined ? 'is missing' : 'is no text';
    throw new StorageError(
      'invalid_place',
      `The place of a ${kind.purpose} needs ${kind.ids.join(', ')}: ${id} ${found}. Route parameters must have these names.`,
    );
  };
  return Object.fromEntries(ids.map((id) => [id, text(id)])) as Ids<Id>;
}

/** What a refusal tells of a place that was not read: the ids that are text, cut short. */
export const placeAsGiven = (kind: Pick<FileKind, 'ids'>, given: PlaceOf<string>): Place =>
  Object.fromEntries(
    kind.ids.flatMap((id) => {
      const value = (given as Record<string, unknown> | undefined)?.[id];
      return typeof value === 'string' || typeof value === 'number' ? [[id, String(value).slice(0, 255)]] : [];
    }),
  );

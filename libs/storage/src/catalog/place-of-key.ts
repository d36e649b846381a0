import type { Place } from '../keys/place.js';

/** The module's own kinds, read backwards from where their files lie below the organisation's folder. */
const known: readonly [RegExp, purpose: string, ids: readonly string[]][] = [
  [/^uploads\/forms\/([^/]+)\/field_([^/]+)\/([^/]+)$/, 'form-upload', ['formId', 'customFieldId', 'fileName']],
  [/^signatures\/specialists\/([^/]+)\/signature\.png$/, 'signature', ['specialistId']],
  [/^documents\/([^/]+)\/([^/]+)\.pdf$/, 'document', ['documentId', 'audience']],
  [/^templates\/logos\/logo\.png$/, 'logo', []],
];

/** What a key says of its file. Of an application's own kind it says that it is one: `custom/{name}`, and no ids. */
export function placeOfKey(path: string): { purpose: string; place: Place } {
  for (const [shape, purpose, ids] of known) {
    const found = shape.exec(path);
    if (found) return { purpose, place: Object.fromEntries(ids.map((id, at) => [id, found[at + 1] ?? ''])) };
  }
  return { purpose: path.split('/').slice(0, 2).join('/'), place: {} };
}

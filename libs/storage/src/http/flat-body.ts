import { StorageError } from '../storage.error.js';

const mostProperties = 20;
const longestText = 8 * 1024;

/**
 * Lets a parsed JSON body through only as one object of texts, numbers, booleans and null: all that this module asks of one.
 * Before a validation pipe, which walks what is nested at a cost that its sender chooses.
 *
 * @throws {StorageError} `invalid_request`, naming the property
 */
export function requireFlatBody(body: unknown): asserts body is Record<string, string | number | boolean | null> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) refuse('The body must be one JSON object.');
  const names = Object.keys(body);
  if (names.length > mostProperties) refuse(`The body must have at most ${mostProperties} properties.`);
  for (const name of names) {
    const value: unknown = (body as Record<string, unknown>)[name];
    const shown = JSON.stringify(name.slice(0, 64));
    if (name.length > 64) refuse(`The body has a property of too long a name: ${shown}…`);
    if (typeof value === 'object' && value !== null) refuse(`The body must be flat: ${shown} is a list or an object.`);
    if (typeof value === 'string' && value.length > longestText) {
      refuse(`The body must hold texts of at most ${longestText} characters: ${shown} is longer.`);
    }
  }
}

function refuse(message: string): never {
  throw new StorageError('invalid_request', message);
}

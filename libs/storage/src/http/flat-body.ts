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

/**
 * Refuses JSON with a list or an object in its object before it is parsed: 10 KB of brackets take a quarter of a millisecond
 * to parse and are garbage then. For a parser of Express, `json({ verify: requireFlatJson })`; what is read in another
 * encoding than UTF-8 is left to `requireFlatBody`, which looks at the parsed body.
 *
 * @throws {StorageError} `invalid_request`
 */
export function requireFlatJson(_request: unknown, _response: unknown, body: Uint8Array, encoding = 'utf-8'): void {
  if (!/^utf-?8$/i.test(encoding)) return;
  let depth = 0;
  let isText = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) isText = !isText;
    else if (isText) at += byte === backslash ? 1 : 0;
    else if (byte === brace || byte === bracket) {
      if (depth++ > 0) refuse('The body must be flat: no list and no object within its object.');
    } else if (byte === endOfBrace || byte === endOfBracket) depth -= 1;
  }
}

const [quote, backslash, brace, bracket, endOfBrace, endOfBracket] = Buffer.from('"\\{[}]');

function refuse(message: string): never {
  throw new StorageError('invalid_request', message);
}

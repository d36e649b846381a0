import { S3Error } from '../errors/s3-error.js';
import type { XmlElement } from './xml-reader.js';

/** Refuses children that S3's schema does not have there. @throws S3Error MalformedXML */
export function only(element: XmlElement, ...names: string[]): XmlElement {
  if (element.names.some((name) => !names.includes(name))) throw new S3Error('MalformedXML');
  return element;
}

/** A child with one of the given texts; undefined when there is none. @throws S3Error MalformedXML */
export function choice<T extends string>(element: XmlElement, name: string, choices: readonly T[]): T | undefined {
  const text = element.textOf(name);
  if (text === undefined) return undefined;
  const found = choices.find((known) => known === text.trim());
  if (found === undefined) throw new S3Error('MalformedXML');
  return found;
}

export function flag(element: XmlElement, name: string): boolean | undefined {
  const text = choice(element, name, ['true', 'false', 'TRUE', 'FALSE']);
  return text === undefined ? undefined : text.toLowerCase() === 'true';
}

/** A child with a number; undefined when there is none. @throws S3Error MalformedXML, InvalidArgument below the minimum */
export function wholeNumber(element: XmlElement, name: string, minimum: number): number | undefined {
  const text = element.textOf(name);
  if (text === undefined) return undefined;
  if (!/^\s*-?\d{1,15}\s*$/.test(text)) throw new S3Error('MalformedXML');
  if (Number(text) < minimum)
    throw new S3Error('InvalidArgument', `'${name}' must be at least ${minimum}`, { ArgumentName: name });
  return Number(text);
}

import { setImmediate } from 'node:timers/promises';
import { S3Error } from '../errors/s3-error.js';
import { malformed, NEWLINE, RETURN } from './characters.js';
import { DocumentReader } from './document-reader.js';
import type { XmlElement } from './xml-element.js';

export type { XmlElement } from './xml-element.js';

/** How much of a document is looked at. What is larger is refused before it is read. */
export interface XmlLimits {
  readonly bytes: number;
  /** Elements, their attributes, comments and sections of character data. */
  readonly pieces: number;
}

/** Settings and the like. Source of the 64 KB: S3 User Guide, "Elements of a CORS configuration". */
export const SMALL_DOCUMENT: XmlLimits = { bytes: 64 * 1024, pieces: 4000 };

/** Characters that are read before others have their turn: a few milliseconds in a process that has read nothing yet. */
const TURN = 2048;

/**
 * The document element of a request body. Refused as MalformedXML: what is not well formed, another root than expected,
 * a document type (entities of the sender's making), text that is not UTF-8, more pieces than the limit.
 *
 * @throws S3Error MalformedXML, MaxMessageLengthExceeded
 */
export function readXml(body: Buffer, root: string, limits = SMALL_DOCUMENT): XmlElement {
  const reader = readerOf(body, limits);
  reader.read(Infinity);
  return reader.document(root);
}

/** The same, for large documents: other requests have their turn in between. */
export async function readXmlInTurns(body: Buffer, root: string, limits: XmlLimits): Promise<XmlElement> {
  const reader = readerOf(body, limits);
  while (reader.read(TURN)) await setImmediate();
  return reader.document(root);
}

function readerOf(body: Buffer, { bytes, pieces }: XmlLimits): DocumentReader {
  if (body.length > bytes) throw new S3Error('MaxMessageLengthExceeded');
  return new DocumentReader(decode(body), pieces);
}

/** Each end of a line as one byte. */
function withNewlines(body: Buffer): Buffer {
  let to = body.indexOf(RETURN);
  if (to < 0) return body;
  const read = Buffer.from(body);
  for (let from = to; from < body.length; from += 1) {
    const byte = body[from] ?? 0;
    if (byte === NEWLINE && body[from - 1] === RETURN) continue;
    read[to++] = byte === RETURN ? NEWLINE : byte;
  }
  return read.subarray(0, to);
}

/** Ends of lines as XML 1.0 reads them (section 2.11). */
function decode(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(withNewlines(body));
  } catch {
    throw malformed();
  }
}

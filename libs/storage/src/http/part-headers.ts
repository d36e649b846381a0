import { StorageError } from '../storage.error.js';

/** What one part of a form says of itself. */
export interface FormPart {
  name: string;
  /** Set for files; empty where a form's field for files was left empty. */
  fileName?: string;
  /** What the sender wrote, up to its first `;`. Empty where nothing can be read: nobody has said what it is then. */
  contentType: string;
}

export const badForm = (message: string, cause?: unknown) => new StorageError('invalid_request', message, { cause });

/** The boundary that a request's `Content-Type` names. RFC 2046 (section 5.1.1) allows 70 characters, and some write more. */
export function boundaryOf(contentType: string): string {
  const [, quoted, plain] =
    /;\s*boundary=(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200})(?=\s*(?:;|$)))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary !== undefined) return boundary;
  throw badForm(
    'The form is malformed: its Content-Type names no boundary of 1 to 200 characters. Leave that header to the client that makes the form.',
  );
}

/** Reads the headers of a part, each on its line, behind the line of the boundary. */
export function partOf(head: string): FormPart {
  const headers = new Map<string, string>();
  for (const line of head
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .slice(1)) {
    const colon = line.indexOf(':');
    if (colon < 1) throw badForm('The form is malformed: a part has a header without a colon.');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  const disposition = headers.get('content-disposition') ?? '';
  const names = parametersOf(disposition);
  const [type = ''] = (headers.get('content-type') ?? '').split(';', 1);
  return {
    name: /^form-data\s*;/i.test(disposition) ? (names.get('name') ?? '') : '',
    fileName: extended(names.get('filename*')) ?? names.get('filename'),
    contentType: /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(type.trim()) ? type.trim().toLowerCase() : '',
  };
}

/**
 * `; name="value"`. In quotes browsers escape three characters, and no others:
 * https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data. Others write a backslash
 * before `"` and `\`; any other backslash is one.
 */
function parametersOf(header: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', quoted, plain] of header.matchAll(/;\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;"]*))/g)) {
    const value = quoted?.replace(/\\(["\\])/g, '$1') ?? plain?.trim() ?? '';
    const plainName = name.toLowerCase();
    const undone = plainName.endsWith('*') ? value : value.replace(/%(22|0D|0A)/gi, decodeURIComponent);
    if (!found.has(plainName)) found.set(plainName, undone);
  }
  return found;
}

/** `UTF-8''caf%C3%A9.pdf`, RFC 8187. */
function extended(value: string | undefined): string | undefined {
  const [, charset = '', escaped = ''] = /^([\w-]+)'[\w-]*'(.+)$/.exec(value ?? '') ?? [];
  const bytes = Buffer.from(
    escaped.replace(/%([\da-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
  if (/^utf-?8$/i.test(charset)) return bytes.toString('utf8');
  return /^(iso-8859-1|us-ascii)$/i.test(charset) ? bytes.toString('latin1') : undefined;
}

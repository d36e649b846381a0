/** Parts of a canonical request. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */

/** What `encodeURI` and `encodeURIComponent` leave and S3 does not. */
const percentEncoded = Object.fromEntries(
  Array.from("!#$&'()*+,:;=?@", (char) => [char, `%${char.charCodeAt(0).toString(16).toUpperCase()}`]),
);
const percentEncode = (char: string): string => percentEncoded[char]!;

/** RFC 3986 escaping as S3 canonicalises it: everything but `A-Z a-z 0-9 - _ . ~`. */
export function escape(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  const escaped = encodeURIComponent(text);
  // Most have none of these, and to look is cheaper than to replace.
  return /[!'()*]/.test(escaped) ? escaped.replace(/[!'()*]/g, percentEncode) : escaped;
}

const often = new Map<string, string>();
const mostKept = 100;

/** The same for what comes again and again, such as a content type. */
export function escapeOften(text: string): string {
  const known = often.get(text);
  if (known !== undefined) return known;
  const escaped = escape(text);
  if (often.size < mostKept) often.set(text, escaped);
  return escaped;
}

/** The same for every segment of a path. */
export function escapePath(key: string): string {
  if (/^[\w.~/-]*$/.test(key)) return key;
  const escaped = encodeURI(key);
  return /[!#$&'()*+,:;=?@]/.test(escaped) ? escaped.replace(/[!#$&'()*+,:;=?@]/g, percentEncode) : escaped;
}

/** The names that are signed, and their lines. */
export function canonicalHeaders(headers: Readonly<Record<string, string>>): { names: string; lines: string } {
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`).join('');
  return { names: names.join(';'), lines };
}

/**
 * Each parameter with an ampersand before it, for a place behind the signature's own: names must begin with a lower-case
 * letter, as all of S3's do.
 */
export function canonicalQuery(query: Readonly<Record<string, string>>): string {
  let text = '';
  for (const name of Object.keys(query).sort()) text += `&${escape(name)}=${escape(query[name] ?? '')}`;
  return text;
}

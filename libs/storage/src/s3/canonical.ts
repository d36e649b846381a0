/** Parts of a canonical request. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */

/** What `encodeURIComponent` leaves and S3 does not. */
const reserved: Record<string, string> = { '!': '%21', "'": '%27', '(': '%28', ')': '%29', '*': '%2A' };

/** RFC 3986 escaping as S3 canonicalises it: everything but `A-Z a-z 0-9 - _ . ~`. */
export function escape(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  const escaped = encodeURIComponent(text);
  // Most have none of these, and to look is cheaper than to replace.
  return /[!'()*]/.test(escaped) ? escaped.replace(/[!'()*]/g, (char) => reserved[char]!) : escaped;
}

export const escapePath = (key: string): string =>
  /^[\w.~/-]*$/.test(key) ? key : key.split('/').map(escape).join('/');

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

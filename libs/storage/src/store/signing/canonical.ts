/** Parts of a canonical request. https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */

/** What `encodeURI` and `encodeURIComponent` leave and S3 does not. */
const percentEncoded = Object.fromEntries(
  Array.from("!#$&'()*+,:;=?@", (char) => [char, `%${char.charCodeAt(0).toString(16).toUpperCase()}`]),
);

/** Most have none of these, and to look is cheaper than to replace. */
const escapeLeft = (escaped: string): string =>
  /[!#$&'()*+,:;=?@]/.test(escaped) ? escaped.replace(/[!#$&'()*+,:;=?@]/g, (char) => percentEncoded[char]!) : escaped;

/** RFC 3986 escaping as S3 canonicalises it: everything but `A-Z a-z 0-9 - _ . ~`. */
export const escape = (text: string): string => (/^[\w.~-]*$/.test(text) ? text : escapeLeft(encodeURIComponent(text)));

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
export const escapePath = (key: string): string => (/^[\w.~/-]*$/.test(key) ? key : escapeLeft(encodeURI(key)));

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

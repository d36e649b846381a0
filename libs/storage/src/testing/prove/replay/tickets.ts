import { fileOf, formOf } from '../files.js';
import type { Person } from '../options.js';
import type { Exchange, Proof } from '../proof.js';

interface Ticket {
  method: string;
  url: string;
  headers?: Record<string, string>;
  fields?: Record<string, string>;
}

/** A ready request in an answer, as direct uploads give it. */
export function ticketIn(json: unknown): Ticket | undefined {
  const { method, url, headers, fields } = (json ?? {}) as Partial<Ticket>;
  const isTicket = (method === 'PUT' || method === 'POST') && typeof url === 'string' && (headers ?? fields);
  return isTicket ? { method, url, ...(headers && { headers }), ...(fields && { fields }) } : undefined;
}

/** Sends the bytes that a ticket is for. */
export async function follow(
  proof: Proof,
  person: Person,
  { method, url, headers, fields }: Ticket,
): Promise<Exchange> {
  const type = headers?.['content-type'] ?? headers?.['Content-Type'] ?? fields?.['Content-Type'] ?? 'image/png';
  const file = fileOf(type, person.marks);
  const full = absolute(proof.origin, url);
  if (!fields) return proof.send({ method, url: full, headers: headers ?? {}, body: file });
  const { contentType, body } = formOf(file, 'file', type, fields);
  return proof.send({ method, url: full, headers: { 'content-type': contentType }, body });
}

export const absolute = (origin: string, url: string) => (url.startsWith('/') ? origin + url : url);

/** URLs in an answer that give bytes to whoever has them. */
export function urlsIn(json: unknown, depth = 0): string[] {
  if (typeof json === 'string') return /^(https?:\/\/|\/[^/].*\?)/.test(json) ? [json] : [];
  if (typeof json !== 'object' || json === null || depth > 4) return [];
  return Object.values(json).flatMap((value) => urlsIn(value, depth + 1));
}

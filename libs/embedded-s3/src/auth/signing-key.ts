import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Where a signature is valid: `date/region/service/aws4_request`, the date as YYYYMMDD. */
export interface Scope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const scopeText = (scope: Scope): string => `${scope.date}/${scope.region}/${scope.service}/aws4_request`;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** Those of one day and a few users: whoever asks again has the same. */
const signingKeys = new Map<string, Buffer>();
const mostKeys = 100;

export function signingKey(secretAccessKey: string, scope: Scope): Buffer {
  // Each part by itself: two that are joined must not be taken for two others.
  const name = JSON.stringify([secretAccessKey, scope.date, scope.region, scope.service]);
  const known = signingKeys.get(name);
  if (known) return known;
  const ofService = hmac(hmac(hmac(`AWS4${secretAccessKey}`, scope.date), scope.region), scope.service);
  const key = hmac(ofService, 'aws4_request');
  // Scopes are what requests say, so that there may be any number.
  if (signingKeys.size >= mostKeys) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

/** A Signature Version 4 signature: lower-case hex. */
export const sign = (key: Buffer, stringToSign: string): string => hmac(key, stringToSign).toString('hex');

export const sha256Hex = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

export function sameSignature(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** ISO 8601 basic (`20260131T235959Z`) to a date; undefined when it is not one. */
export function parseAmzDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const iso = `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}.000Z`;
  const date = new Date(iso);
  return !Number.isNaN(date.getTime()) && date.toISOString() === iso ? date : undefined;
}

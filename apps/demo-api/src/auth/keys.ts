import { createRemoteJWKSet, decodeProtectedHeader, errors } from 'jose';
import { KeyObject } from 'node:crypto';
import type { JwtConfig } from '../config/jwt.config.js';

/** The published keys could not be had: the token may well be valid. */
export class KeysUnavailable extends Error {}

/**
 * The key that verifies a token. Published keys are asked for when a token names one that is not known, at most once in half
 * a minute, and kept for ten: a new key works at once, and an old one for as long as it is published.
 */
export function keyOf({ key, jwksUrl }: JwtConfig): (token: string) => Promise<KeyObject | undefined> {
  if (jwksUrl === undefined) return () => Promise.resolve(key);
  const published = createRemoteJWKSet(new URL(jwksUrl));
  return async (token) => {
    try {
      return KeyObject.from(await published(decodeProtectedHeader(token)));
    } catch (cause) {
      if (isTheTokens(cause)) return undefined;
      throw new KeysUnavailable('The keys of JWT_JWKS_URL cannot be had.', { cause });
    }
  };
}

const isTheTokens = (error: unknown): boolean =>
  error instanceof TypeError
    ? error.message === 'Invalid Token or Protected Header formatting'
    : error instanceof errors.JWKSNoMatchingKey ||
      error instanceof errors.JWKSMultipleMatchingKeys ||
      error instanceof errors.JOSENotSupported;

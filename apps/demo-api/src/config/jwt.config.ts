import { createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { Settings } from './settings.js';

const hmacAlgorithms = ['HS256', 'HS384', 'HS512'] as const;
const publicKeyAlgorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'] as const;

export type JwtAlgorithm = (typeof hmacAlgorithms)[number] | (typeof publicKeyAlgorithms)[number];

export interface JwtConfig {
  /** The one algorithm that is accepted. */
  algorithm: JwtAlgorithm;
  /**
   * A shared secret for HS…, a public key otherwise. As an object: text is parsed again for each token, which takes forty
   * times as long. Absent with `jwksUrl`, and in demo mode until the demo has put its own there.
   */
  key?: KeyObject;
  /** Where the public keys are published, several at once while they are changed. */
  jwksUrl?: string;
  issuer: string;
  audience: string;
}

/** In demo mode the key may be absent: the demo has its own. */
export function readJwt(settings: Settings, demoMode: boolean): JwtConfig {
  const algorithms = [...hmacAlgorithms, ...publicKeyAlgorithms];
  const given = settings.oneOf('JWT_ALGORITHM', algorithms);
  const algorithm = given ?? 'HS256';
  const isHmac = algorithm.startsWith('HS');
  if (demoMode) {
    if (!isHmac)
      settings.mistake('JWT_ALGORITHM must be HS256, HS384 or HS512 in demo mode: the demo signs its tokens.');
    return {
      algorithm,
      ...(settings.text('JWT_SECRET') !== undefined && { key: readSecret(settings) }),
      issuer: settings.text('JWT_ISSUER') ?? 'nest-tenant-storage-demo',
      audience: settings.text('JWT_AUDIENCE') ?? 'demo-api',
    };
  }
  if (!given)
    settings.mistake(`JWT_ALGORITHM is missing. Set the one your tokens are signed with: ${algorithms.join(', ')}.`);
  const jwksUrl = readJwksUrl(settings, isHmac);
  return {
    algorithm,
    ...(jwksUrl === undefined
      ? { key: isHmac ? readSecret(settings) : readPublicKey(settings, algorithm) }
      : { jwksUrl }),
    issuer: settings.required('JWT_ISSUER', 'the "iss" of your tokens'),
    audience: settings.required('JWT_AUDIENCE', 'the "aud" of your tokens that is meant for this API'),
  };
}

const onThisMachine = ['localhost', '127.0.0.1', '[::1]'];

function readJwksUrl(settings: Settings, isHmac: boolean): string | undefined {
  const url = settings.text('JWT_JWKS_URL');
  if (url === undefined) return undefined;
  if (isHmac) settings.mistake('JWT_JWKS_URL needs JWT_ALGORITHM RS…, PS… or ES…: a shared secret is not published.');
  if (settings.text('JWT_PUBLIC_KEY') !== undefined) {
    settings.mistake('JWT_JWKS_URL and JWT_PUBLIC_KEY are both set. Keep one.');
  }
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
  if (protocol !== 'https:' && !(protocol === 'http:' && onThisMachine.includes(hostname))) {
    settings.mistake('JWT_JWKS_URL must be an https URL: who answers in its place makes tokens.');
  }
  return url;
}

function readSecret(settings: Settings): KeyObject {
  const secret = settings.required('JWT_SECRET', 'the secret your tokens are signed with');
  if (secret.includes('-----BEGIN')) {
    settings.mistake(
      'JWT_SECRET holds a PEM key. Put a public key in JWT_PUBLIC_KEY and set JWT_ALGORITHM to match it.',
    );
  } else if (secret && Buffer.byteLength(secret) < 32) {
    settings.mistake('JWT_SECRET must be 32 bytes or more (try: openssl rand -base64 48).');
  }
  return createSecretKey(Buffer.from(secret));
}

function readPublicKey(settings: Settings, algorithm: JwtAlgorithm): KeyObject | undefined {
  const pem = settings.required('JWT_PUBLIC_KEY', 'the public key of your tokens in PEM').replaceAll('\\n', '\n');
  const kind = algorithm.startsWith('ES') ? 'ec' : 'rsa';
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === kind && !pem.includes('PRIVATE KEY')) return key;
  } catch {
    // Named below, with the keys that parse but do not fit.
  }
  if (pem)
    settings.mistake(
      `JWT_PUBLIC_KEY must be a public ${kind.toUpperCase()} key in PEM, as JWT_ALGORITHM is ${algorithm}.`,
    );
  return undefined;
}

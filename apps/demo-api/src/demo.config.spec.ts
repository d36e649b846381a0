import { createPublicKey, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from './demo.config.js';

const dataDir = mkdtempSync(join(tmpdir(), 'demo-config-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const secret = 'x'.repeat(32);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
const ecPem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
  type: 'spki',
  format: 'pem',
}) as string;
const privatePem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

const complete = {
  S3_BUCKET: 'clinic-files',
  S3_REGION: 'eu-central-1',
  JWT_ALGORITHM: 'HS256',
  JWT_SECRET: secret,
  JWT_ISSUER: 'https://login.test/',
  JWT_AUDIENCE: 'clinic-api',
  UPLOAD_TOKEN_SECRETS: secret,
};

describe('with a bucket', () => {
  it('takes what is given, and is no demo', () => {
    expect(readConfig({ ...complete, S3_ACL: 'none', S3_LACKS: 'postPolicy, checksums', PORT: '' })).toMatchObject({
      host: '0.0.0.0',
      port: 3000,
      demoMode: false,
      store: {
        bucket: 'clinic-files',
        region: 'eu-central-1',
        acl: 'none',
        store: { like: 'aws', postPolicy: false, checksums: false },
      },
      jwt: { algorithm: 'HS256', issuer: 'https://login.test/', audience: 'clinic-api' },
      uploadTokenSecrets: [secret],
    });
    expect(readConfig(complete).jwt.key?.equals(createSecretKey(Buffer.from(secret)))).toBe(true);
  });

  it.each([
    ['S3_REGION', { S3_REGION: '' }],
    ['S3_SECRET_ACCESS_KEY', { S3_ACCESS_KEY_ID: 'AKIA' }],
    ['S3_ACCESS_KEY_ID', { S3_SESSION_TOKEN: 'x' }],
    ['S3_ENCRYPTION', { S3_ENCRYPTION: 'aes' }],
    ['S3_KMS_KEY_ID', { S3_ENCRYPTION: 'aws:kms' }],
    ['S3_ACL', { S3_ACL: 'public-read' }],
    ['S3_FORCE_PATH_STYLE', { S3_FORCE_PATH_STYLE: 'yes' }],
    ['S3_LACKS', { S3_LACKS: 'post' }],
    ['S3_STORE', { S3_STORE: 'garage' }],
    ['JWT_ALGORITHM', { JWT_ALGORITHM: '' }],
    ['JWT_ALGORITHM', { JWT_ALGORITHM: 'none' }],
    ['JWT_ISSUER', { JWT_ISSUER: ' ' }],
    ['JWT_AUDIENCE', { JWT_AUDIENCE: '' }],
    ['JWT_SECRET', { JWT_SECRET: '' }],
    ['JWT_SECRET must be 32 bytes', { JWT_SECRET: 'x'.repeat(31) }],
    ['JWT_SECRET holds a PEM key', { JWT_SECRET: pem }],
    ['JWT_SECRET holds a PEM key', { JWT_SECRET: pem.replaceAll('\n', '\\n') }],
    ['JWT_PUBLIC_KEY is missing', { JWT_ALGORITHM: 'RS256' }],
    ['JWT_PUBLIC_KEY must be a public RSA key', { JWT_ALGORITHM: 'RS256', JWT_PUBLIC_KEY: 'x' }],
    ['JWT_PUBLIC_KEY must be a public RSA key', { JWT_ALGORITHM: 'RS256', JWT_PUBLIC_KEY: ecPem }],
    ['JWT_PUBLIC_KEY must be a public RSA key', { JWT_ALGORITHM: 'RS256', JWT_PUBLIC_KEY: privatePem }],
    ['JWT_PUBLIC_KEY must be a public EC key', { JWT_ALGORITHM: 'ES256', JWT_PUBLIC_KEY: pem }],
    ['JWT_JWKS_URL needs', { JWT_JWKS_URL: 'https://login.test/keys' }],
    ['Keep one', { JWT_ALGORITHM: 'RS256', JWT_JWKS_URL: 'https://login.test/keys', JWT_PUBLIC_KEY: pem }],
    ['must be an https URL', { JWT_ALGORITHM: 'RS256', JWT_JWKS_URL: 'http://login.test/keys' }],
    ['must be an https URL', { JWT_ALGORITHM: 'RS256', JWT_JWKS_URL: 'keys' }],
    ['set HOST=127.0.0.1', { DEMO_MODE: 'true', HOST: '0.0.0.0' }],
    ['set HOST=127.0.0.1', { DEMO_MODE: 'true', HOST: '192.168.1.5' }],
    ['NODE_ENV is production', { DEMO_MODE: 'true', NODE_ENV: 'production' }],
    ['UPLOAD_TOKEN_SECRETS is missing', { UPLOAD_TOKEN_SECRETS: '' }],
    ['UPLOAD_TOKEN_SECRETS must be', { UPLOAD_TOKEN_SECRETS: `${secret},short` }],
    ['PORT', { PORT: '70000' }],
    ['PORT', { PORT: '1e3' }],
    ['DEMO_MODE', { DEMO_MODE: '1' }],
  ])('names %s for %j', (name, change) => {
    expect(() => readConfig({ ...complete, ...change })).toThrow(name);
  });

  it('names every mistake at once, and no secret', () => {
    const read = () => readConfig({ S3_BUCKET: 'clinic-files', JWT_SECRET: 'hunter2', JWT_ALGORITHM: 'HS256' });
    expect(read).toThrow(
      /5 mistake\(s\)[^]*S3_REGION[^]*JWT_SECRET[^]*JWT_ISSUER[^]*JWT_AUDIENCE[^]*UPLOAD_TOKEN_SECRETS/,
    );
    expect(read).not.toThrow('hunter2');
  });

  it.each([pem, pem.replaceAll('\n', '\\n'), pem.trim()])('repairs the line breaks of a public key', (text) => {
    const { jwt } = readConfig({ ...complete, JWT_ALGORITHM: 'RS256', JWT_PUBLIC_KEY: text });
    expect(jwt.key?.equals(createPublicKey(pem))).toBe(true);
  });
});

describe('without a bucket', () => {
  it('is a demo that only this machine reaches, with secrets of its own that stay', () => {
    const first = readConfig({ DEMO_DATA_DIR: dataDir });
    expect(first).toMatchObject({ demoMode: true, host: '127.0.0.1' });
    expect(first.store).toBeUndefined();
    expect(first.jwt.key?.symmetricKeySize).toBeGreaterThanOrEqual(32);
    expect(first.scanner.name).toBe('eicar-only');
    const again = { ...readConfig({ DEMO_DATA_DIR: dataDir }), scanner: first.scanner };
    expect([again, first.jwt.key?.equals(again.jwt.key!)]).toEqual([first, true]);
    expect(statSync(join(dataDir, 'secrets.json')).mode & 0o077).toBe(0);
  });

  it.each([
    ['CLAMD must be where clamd listens', { CLAMD: 'http://127.0.0.1:3310/' }],
    ['S3_BUCKET is missing', { DEMO_MODE: 'false' }],
    ['S3_BUCKET is missing', { NODE_ENV: 'production' }],
    ['S3_REGION is set without S3_BUCKET', { S3_REGION: 'eu-central-1' }],
    ['DEMO_S3_PORT and PORT', { PORT: '3000', DEMO_S3_PORT: '3000' }],
    ['must be an origin', { S3_PUBLIC_ENDPOINT: 'http://a.test/path' }],
    ['demo mode', { JWT_ALGORITHM: 'RS256', JWT_PUBLIC_KEY: pem }],
    ['JWT_SECRET must be 32 bytes', { JWT_SECRET: 'short' }],
  ])('says "%s" for %j', (message, env) => {
    expect(() => readConfig({ DEMO_DATA_DIR: dataDir, ...env })).toThrow(message);
  });
});

import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What seals the demo's archived months, as PEM: made once, with `audit.pem` beside it for whoever verifies them. */
export function demoAuditKey(dataDir: string): string {
  const file = join(dataDir, 'audit.key.pem');
  if (existsSync(file)) return readFileSync(file, 'utf8');
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(join(dataDir, 'audit.pem'), publicKey);
  writeFileSync(file, privateKey, { mode: 0o600 });
  return privateKey;
}

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface DemoSecrets {
  jwtSecret: string;
  uploadTokenSecret: string;
}

/** The demo's own secrets: made once and kept in a file only its owner can read, so that tokens outlive a restart. */
export function demoSecrets(file: string): DemoSecrets {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as DemoSecrets;
  const secret = () => randomBytes(48).toString('base64url');
  const secrets = { jwtSecret: secret(), uploadTokenSecret: secret() };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
  return secrets;
}

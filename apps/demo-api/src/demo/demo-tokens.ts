import { Injectable } from '@nestjs/common';
import { SignJWT } from 'jose';
import type { KeyObject } from 'node:crypto';
import type { Role } from '../auth/user.js';
import { InjectConfig, type DemoConfig } from '../demo.config.js';

export interface Claims {
  orgId: string | number;
  userId: string;
  role: Role;
}

/** Signs tokens as a real application's sign-in would. Demo mode only. */
@Injectable()
export class DemoTokens {
  constructor(@InjectConfig() private readonly config: DemoConfig) {}

  async issue({ orgId, userId, role }: Claims): Promise<string> {
    const { algorithm, key, issuer, audience } = this.config.jwt;
    return new SignJWT({ org_id: String(orgId), role })
      .setProtectedHeader({ alg: algorithm })
      .setSubject(userId)
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('12h')
      .sign(key as KeyObject);
  }
}

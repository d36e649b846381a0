import { Injectable, UnauthorizedException } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { parseOrgId, type OrgId } from 'nest-tenant-storage';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { InjectConfig, type DemoConfig } from '../demo.config.js';
import { keyOf } from './keys.js';
import { roles, type Role } from './user.js';
import type { User } from './user.js';
import { callbackify } from 'node:util';

const clockToleranceSeconds = 30;
const longestSub = 128;

/** Reads bearer tokens. Everything that the library would otherwise let a token leave open is pinned here. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(@InjectConfig() { jwt }: DemoConfig) {
    const find = keyOf(jwt);
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // Its types know text only; jsonwebtoken, which it calls, takes keys as objects.
      secretOrKeyProvider: callbackify(async (_request: unknown, token: string) => {
        const key = await find(token);
        if (!key) throw refused('kid');
        return key as never;
      }),
      algorithms: [jwt.algorithm],
      issuer: jwt.issuer,
      audience: jwt.audience,
      ignoreExpiration: false,
      jsonWebTokenOptions: { clockTolerance: clockToleranceSeconds },
    });
  }

  validate(claims: Record<string, unknown>): User {
    // The library checks "exp" only where there is one.
    if (typeof claims.exp !== 'number') throw refused('exp');
    return { sub: subOf(claims.sub), org_id: orgOf(claims.org_id), role: roleOf(claims.role) };
  }
}

const refused = (claim: string) => new UnauthorizedException(`The token's "${claim}" is missing or invalid.`);

function subOf(sub: unknown): string {
  if (typeof sub !== 'string' || sub === '' || sub.length > longestSub) throw refused('sub');
  if (!sub.isWellFormed() || /\p{Cc}/u.test(sub)) throw refused('sub');
  return sub;
}

function orgOf(org: unknown): OrgId {
  try {
    return parseOrgId(org);
  } catch {
    throw refused('org_id');
  }
}

function roleOf(role: unknown): Role {
  const known = roles.find((one) => one === role);
  if (known === undefined) throw refused('role');
  return known;
}

import { Injectable } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { createSecretKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { parseOrgId } from 'nest-tenant-storage';
import { ExtractJwt, Strategy } from 'passport-jwt';

/** As a `KeyObject`: jsonwebtoken first tries each text as a public key, which costs more than all the rest of a request. */
const secret = createSecretKey('the secret of the benchmark, which guards nothing', 'utf8');

/** The sign-in of the demo API, with a fixed secret. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKeyProvider: (_request, _token, done) => done(null, secret as never),
      algorithms: ['HS256'],
      issuer: 'bench',
      audience: 'bench',
      ignoreExpiration: false,
    });
  }

  validate({ sub, org_id }: Record<string, unknown>) {
    return { sub, org_id: parseOrgId(org_id) };
  }
}

@Injectable()
export class JwtGuard extends AuthGuard('jwt') {}

export const token = (org = '1'): Promise<string> =>
  new SignJWT({ org_id: org, role: 'patient' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('alice')
    .setIssuer('bench')
    .setAudience('bench')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(secret);

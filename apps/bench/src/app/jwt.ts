import { Injectable } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { SignJWT } from 'jose';
import { parseOrgId } from 'nest-tenant-storage';
import { ExtractJwt, Strategy } from 'passport-jwt';

const secret = 'the secret of the benchmark, which guards nothing';

/** The sign-in of the demo API, with a fixed secret. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: secret,
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

export const token = (): Promise<string> =>
  new SignJWT({ org_id: '1', role: 'patient' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject('alice')
    .setIssuer('bench')
    .setAudience('bench')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(Buffer.from(secret));

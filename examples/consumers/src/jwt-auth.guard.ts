// src/jwt-auth.guard.ts — yours: any guard that sets request.user from a token it has verified
import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { jwtVerify } from 'jose';

export interface User {
  sub: string;
  org_id: string;
}

@Injectable()
export class JwtAuthGuard implements CanActivate {
  readonly #key = Buffer.from(process.env['JWT_SECRET'] ?? '');

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ headers: { authorization?: string }; user?: unknown }>();
    const [, token = ''] = request.headers.authorization?.split('Bearer ') ?? [];
    const { payload } = await jwtVerify(token, this.#key, { algorithms: ['HS256'] }).catch(() => {
      throw new UnauthorizedException();
    });
    request.user = payload;
    return true;
  }
}

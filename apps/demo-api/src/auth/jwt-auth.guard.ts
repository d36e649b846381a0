import { Injectable, ServiceUnavailableException, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { KeysUnavailable } from './keys.js';

@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  /** A token that `identify` has verified is not verified twice. */
  override canActivate(context: ExecutionContext) {
    return context.switchToHttp().getRequest<{ user?: unknown }>().user ? true : super.canActivate(context);
  }

  override handleRequest<User>(error: unknown, user: User | false, reason?: unknown): User {
    if (error) throw error;
    if (reason instanceof KeysUnavailable) {
      throw new ServiceUnavailableException('Sign-in does not work at the moment. Try again later.', { cause: reason });
    }
    if (!user) throw new UnauthorizedException('Sign in: send a valid token as "Authorization: Bearer <token>".');
    return user;
  }
}

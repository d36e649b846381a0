import { Injectable, UnauthorizedException, type ExecutionContext } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';

@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {
  /** A token that `identify` has verified is not verified twice. */
  override canActivate(context: ExecutionContext) {
    return context.switchToHttp().getRequest<{ user?: unknown }>().user ? true : super.canActivate(context);
  }

  override handleRequest<User>(error: unknown, user: User | false): User {
    if (error) throw error;
    if (!user) throw new UnauthorizedException('Sign in: send a valid token as "Authorization: Bearer <token>".');
    return user;
  }
}

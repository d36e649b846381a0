import {
  createParamDecorator,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';

interface Asked {
  headers: Record<string, string | undefined>;
  org?: string;
}

/** Stands for a real sign-in: the token `of-7` is somebody of organisation 7. */
@Injectable()
export class SignIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Asked>();
    const [, org] = /^Bearer of-(\d+)$/.exec(request.headers['authorization'] ?? '') ?? [];
    if (!org) throw new UnauthorizedException();
    request.org = org;
    return true;
  }
}

export const tokenOf = (org: string) => `of-${org}`;

export const Org = createParamDecorator((_data: unknown, context: ExecutionContext): string => {
  const { org } = context.switchToHttp().getRequest<Asked>();
  if (!org) throw new UnauthorizedException();
  return org;
});

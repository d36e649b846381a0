import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Access, forbidden } from './access.js';
import type { Permission } from './role-table.js';
import type { User } from './user.js';

/** What a route asks of its caller: a line of the role table, or `any-role` where the handler asks itself. */
export const Needs = Reflector.createDecorator<Permission | 'any-role'>();

/** Asks the role table and the records. A route that says nothing of its needs is open to nobody. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly access: Access,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const needs = this.reflector.get(Needs, context.getHandler());
    const { user, params } = context.switchToHttp().getRequest<{ user: User; params: Record<string, string> }>();
    if (!needs) throw forbidden();
    if (needs !== 'any-role') await this.access.require(user, needs, params);
    return true;
  }
}

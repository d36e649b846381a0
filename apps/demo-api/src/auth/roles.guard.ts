import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { allows, type Permission } from './role-table.js';
import type { User } from './user.js';

/** What a route asks of its caller: a line of the role table, or `any-role` where the handler asks the table itself. */
export const Needs = Reflector.createDecorator<Permission | 'any-role'>();

export const forbidden = () => new ForbiddenException('Your role does not allow this.');

/** Asks the role table. A route that says nothing of its needs is open to nobody. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const needs = this.reflector.get(Needs, context.getHandler());
    const { user, params } = context.switchToHttp().getRequest<{ user: User; params: Record<string, string> }>();
    if (needs === 'any-role' || (needs && allows(user, needs, params))) return true;
    throw forbidden();
  }
}

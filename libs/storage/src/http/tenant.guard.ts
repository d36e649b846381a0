import { createParamDecorator, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { parseOrgId, type OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../storage.settings.js';
import { STORAGE_SETTINGS } from '../storage.tokens.js';

const orgs = new WeakMap<object, OrgId>();

/**
 * Lets a request through only with a proven organisation, taken from where the option `orgOf` says: the authenticated user.
 * Put it behind the guard that authenticates. Throws `invalid_org` where there is none; there is no default.
 */
@Injectable()
export class TenantGuard implements CanActivate {
  constructor(@Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<never>();
    orgs.set(request, parseOrgId(await this.settings.orgOf(request)));
    return true;
  }
}

/** The organisation that `TenantGuard` proved for this request. A route without the guard throws `invalid_org`. */
export const CurrentOrg = createParamDecorator((_data: unknown, context: ExecutionContext): OrgId => {
  const org = orgs.get(context.switchToHttp().getRequest<object>());
  if (org === undefined) {
    throw new StorageError('invalid_org', 'No organisation was proven for this request: is TenantGuard on the route?');
  }
  return org;
});

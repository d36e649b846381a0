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

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<never>();
    const claim = this.settings.orgOf(request);
    // Nest goes on at once after an answer, and later after a promise.
    return isPromise(claim) ? claim.then((settled) => prove(request, settled)) : prove(request, claim);
  }
}

function prove(request: object, claim: unknown): true {
  orgs.set(request, parseOrgId(claim));
  return true;
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown> | undefined)?.then === 'function';

/** The organisation that `TenantGuard` proved for this request. A route without the guard throws `invalid_org`. */
export const CurrentOrg = createParamDecorator((_data: unknown, context: ExecutionContext): OrgId => {
  const org = orgs.get(context.switchToHttp().getRequest<object>());
  if (org === undefined) {
    throw new StorageError('invalid_org', 'No organisation was proven for this request: is TenantGuard on the route?');
  }
  return org;
});

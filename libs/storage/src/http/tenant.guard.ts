import { createParamDecorator, Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { parseOrgId, type OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../options/storage.settings.js';
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
  if (claim === undefined || claim === null) throw new StorageError('invalid_org', whereNoneIs(request));
  orgs.set(request, proven(claim));
  return true;
}

/** As `parseOrgId`, with where the claim was found and what helps. */
function proven(claim: unknown): OrgId {
  try {
    return parseOrgId(claim);
  } catch (error) {
    const { message } = error as StorageError;
    throw new StorageError(
      'invalid_org',
      `${message} It was found where the option orgOf looks (request.user.org_id by default): ` +
        'let that answer the number of the organisation; one with a UUID needs a number beside it.',
      { cause: error },
    );
  }
}

/** Says where was looked, for whoever wires the guards; it names no claim's value. */
function whereNoneIs(request: { user?: unknown }): string {
  const found =
    request.user === undefined || request.user === null
      ? 'the request has no user'
      : `the request's user has ${Object.keys(request.user).slice(0, 10).join(', ') || 'nothing'}`;
  return (
    `No organisation was found for this request: ${found}. Put the guard that signs in before TenantGuard ` +
    '(@UseGuards(SignInGuard, TenantGuard)), and let it set request.user.org_id, or say with the option orgOf where it is.'
  );
}

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof (value as Promise<unknown> | undefined)?.then === 'function';

/** The organisation that `TenantGuard` proved for this request. A route without the guard throws `invalid_org`. */
export const CurrentOrg = createParamDecorator((_data: unknown, context: ExecutionContext): OrgId =>
  provenOrg(context.switchToHttp().getRequest<object>()),
);

/** The same for a decorator of the application's own. @throws {StorageError} `invalid_org` */
export function provenOrg(request: object): OrgId {
  const org = orgs.get(request);
  if (org === undefined) {
    throw new StorageError('invalid_org', 'No organisation was proven for this request: is TenantGuard on the route?');
  }
  return org;
}

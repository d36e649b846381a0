import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3';
import type { HttpRequest, Pluggable } from '@smithy/types';

/** Later steps see a copy of the input, and it has this too. */
const hashOf = Symbol('SHA-256 of the body');

/**
 * Tells the signer the SHA-256 (hexadecimal) of a command's body, which it would else compute in one go: 5 MiB hold the
 * event loop for milliseconds. A store refuses a body of another hash.
 */
export function withPayloadHash<C extends { input: object }>(command: C, sha256: string): C {
  Object.assign(command.input, { [hashOf]: sha256 });
  return command;
}

export const payloadHash: Pluggable<ServiceInputTypes, ServiceOutputTypes> = {
  applyToStack: (stack) =>
    stack.add(
      (next) => async (args) => {
        const sha256 = (args.input as { [hashOf]?: string })[hashOf];
        if (sha256 !== undefined) (args.request as HttpRequest).headers['x-amz-content-sha256'] = sha256;
        return next(args);
      },
      { step: 'build', name: 'tenantStoragePayloadHash', override: true },
    ),
};

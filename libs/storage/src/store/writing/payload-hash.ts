import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3';
import type { HttpRequest, Pluggable } from '@smithy/types';

const hashes = new WeakMap<object, string>();

/**
 * Tells the signer the SHA-256 (hexadecimal) of a command's body, which it would else compute in one go: 5 MiB hold the
 * event loop for milliseconds. A store refuses a body of another hash.
 */
export function withPayloadHash<C extends { input: object }>(command: C, sha256: string): C {
  hashes.set(command.input, sha256);
  return command;
}

/** Later steps see a copy of the input, but the same context. */
export const payloadHash: Pluggable<ServiceInputTypes, ServiceOutputTypes> = {
  applyToStack: (stack) => {
    stack.add(
      (next, context) => async (args) => {
        const sha256 = hashes.get(args.input);
        if (sha256 !== undefined) hashes.set(context, sha256);
        return next(args);
      },
      { step: 'initialize', name: 'tenantStorageNotePayloadHash', priority: 'high', override: true },
    );
    stack.add(
      (next, context) => async (args) => {
        const sha256 = hashes.get(context);
        if (sha256 !== undefined) (args.request as HttpRequest).headers['x-amz-content-sha256'] = sha256;
        return next(args);
      },
      { step: 'build', name: 'tenantStorageSetPayloadHash', override: true },
    );
  },
};

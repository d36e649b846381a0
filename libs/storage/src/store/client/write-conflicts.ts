import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3';
import type { Pluggable } from '@smithy/types';
import { isWriteConflict } from './s3-error.js';

/**
 * Lets the client's own retries, with their jitter and their bound, take up a write that met another one. The SDK takes
 * the 409 for final, Amazon S3 says to try again.
 */
export const retryWriteConflicts: Pluggable<ServiceInputTypes, ServiceOutputTypes> = {
  applyToStack: (stack) =>
    stack.add(
      (next) => async (args) => {
        try {
          return await next(args);
        } catch (error) {
          if (isWriteConflict(error)) Object.assign(error as object, { $retryable: {} });
          throw error;
        }
      },
      { step: 'deserialize', name: 'tenantStorageRetryWriteConflicts', priority: 'high', override: true },
    ),
};

import type { Pluggable } from '@smithy/types';
import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3';
import { belongsToOrg } from '../../keys/object-key.js';
import { StorageError } from '../../storage.error.js';
import { copySourceKey, orgOf } from './org-guard.js';

/** Where an export lies in a bucket that is none of this module's. */
export interface Place {
  /** What all of its keys begin with; empty for the whole bucket. */
  prefix: string;
  /** The module's bucket, where it copies what is of the organisation that a command is sent for. */
  copiesFrom?: string;
}

interface Input {
  Bucket?: string;
  Key?: string;
  Prefix?: string;
  CopySource?: string;
}

const objectCommands =
  /^((Get|Head|Put|Delete|Copy)Object|CreateMultipartUpload|UploadPart(Copy)?|(Complete|Abort)MultipartUpload)$/;

/** The last check before a request leaves: nothing outside of the place is read or written. */
export function placeGuard(bucket: string, place: Place): Pluggable<ServiceInputTypes, ServiceOutputTypes> {
  return {
    applyToStack: (stack) =>
      stack.add(
        (next, context) => async (args) => {
          const command = (context.commandName ?? '').replace(/Command$/, '');
          if (!isInside(command, args.input as Input, bucket, place)) {
            throw new StorageError(
              'invalid_key',
              `${command} was refused before it left: it is not about the place of the export.`,
            );
          }
          return next(args);
        },
        { step: 'initialize', name: 'tenantStoragePlaceGuard', priority: 'high', override: true },
      ),
  };
}

function isInside(command: string, input: Input, bucket: string, { prefix, copiesFrom }: Place): boolean {
  if (input.Bucket !== bucket) return false;
  if (command === 'ListObjectsV2') return (input.Prefix ?? '').startsWith(prefix);
  const { Key = '', CopySource } = input;
  if (!objectCommands.test(command) || !Key.startsWith(prefix) || Key === prefix) return false;
  if (CopySource === undefined) return true;
  const org = orgOf(input);
  return copiesFrom !== undefined && org !== undefined && belongsToOrg(copySourceKey(CopySource, copiesFrom), org);
}

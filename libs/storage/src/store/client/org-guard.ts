import type { Pluggable } from '@smithy/types';
import type { ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3';
import { areaPrefixes, belongsToOrg, prefixBelongsToOrg } from '../../keys/object-key.js';
import { parseOrgId, type OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';

const grants = new WeakMap<object, OrgId>();

/**
 * Says for which organisation a command is sent. A client from this module refuses every object command without it,
 * a raw `S3_CLIENT` in a consumer's hands included:
 *
 *     await s3.send(onBehalfOf(org, new GetObjectTaggingCommand({ Bucket, Key })));
 */
export function onBehalfOf<C extends { input: object }>(org: OrgId, command: C): C {
  grants.set(command.input, parseOrgId(org));
  return command;
}

/** The organisation that a command with this input is sent for. */
export const orgOf = (input: object): OrgId | undefined => grants.get(input);

interface ObjectInput {
  Bucket?: string;
  Key?: string;
  Prefix?: string;
  CopySource?: string;
  Delete?: { Objects?: { Key?: string; VersionId?: string }[] };
  RestoreRequest?: { OutputLocation?: object };
}

/** Commands that name no object. `DeleteBucket` is not among them: an SDK call with an empty key becomes one on the wire. */
const bucketReads = /^(HeadBucket|Get(Bucket\w+|PublicAccessBlock|ObjectLockConfiguration))$/;
/** For who sets buckets up. */
const bucketWrites =
  /^(CreateBucket|ListBuckets|(Put|Delete)(Bucket\w+|PublicAccessBlock)|PutObjectLockConfiguration)$/;
const listCommands = new Set(['ListObjects', 'ListObjectsV2', 'ListObjectVersions', 'ListMultipartUploads']);
const objectCommands =
  /^((Get|Head|Put|Delete|Copy)Object|(Get|Put|Delete)ObjectTagging|(Get|Put)Object(Acl|Retention|LegalHold)|GetObjectAttributes|RestoreObject|CreateMultipartUpload|UploadPart(Copy)?|(Complete|Abort)MultipartUpload|ListParts)$/;

export interface GuardOptions {
  mayAdminister: boolean;
  /** Another bucket of the module's, from which it copies instead: for who moves an organisation. */
  copiesFrom?: string;
}

/**
 * The last check before a request leaves: every key, prefix and copy source must belong to the organisation the command
 * was sent for, in this module's own bucket. An empty key is refused above all, because the SDK puts it on the wire as a
 * command on the bucket itself (`DELETE /bucket/`). Only a client that may administer changes the settings of buckets.
 */
export function orgGuard(
  bucket: string,
  { mayAdminister, copiesFrom }: GuardOptions,
): Pluggable<ServiceInputTypes, ServiceOutputTypes> {
  return {
    applyToStack: (stack) =>
      stack.add(
        (next, context) => async (args) => {
          const command = (context.commandName ?? '').replace(/Command$/, '');
          const isAdministration = bucketReads.test(command) || (mayAdminister && bucketWrites.test(command));
          const input = args.input as ObjectInput;
          if (!isAdministration) check(command, input, { bucket, copiesFrom }, orgOf(input));
          // Stores that decode a path before they split it take `bucket/key` for a key.
          else if (/\//.test(input.Bucket ?? '')) throw refused(command, 'its bucket is one with a key');
          return next(args);
        },
        { step: 'initialize', name: 'tenantStorageOrgGuard', priority: 'high', override: true },
      ),
  };
}

const refused = (command: string, why: string) =>
  new StorageError('invalid_key', `${command || 'This command'} was refused before it left: ${why}.`);

interface Buckets {
  bucket: string;
  copiesFrom: string | undefined;
}

function check(command: string, input: ObjectInput, buckets: Buckets, org: OrgId | undefined): void {
  const refuse = (why: string): never => {
    throw refused(command, why);
  };
  if (bucketWrites.test(command)) return refuse('this client does not change buckets');
  if (org === undefined) return refuse('it names no organisation (wrap the command in onBehalfOf(org, command))');
  if (input.Bucket !== buckets.bucket) return refuse('it is for another bucket');
  if (listCommands.has(command)) {
    const prefix = input.Prefix ?? '';
    if (!prefixBelongsToOrg(prefix, org) && !belongsToOrg(prefix, org))
      refuse('its prefix does not belong to the organisation');
    return;
  }
  if (command === 'DeleteObjects' && areListedVersions(input, org)) return;
  if (input.RestoreRequest?.OutputLocation) return refuse('it writes to another place than its key');
  for (const key of keysOf(command, input, buckets)) {
    if (key === undefined) refuse('this client does not send it');
    else if (!belongsToOrg(key, org)) refuse('its key does not belong to the organisation');
  }
}

/**
 * Versions in the organisation's folders, each by its id: whoever erases all of them also meets keys that this module would
 * not have made. They are in the body of the request, where no path is resolved.
 */
function areListedVersions({ Delete }: ObjectInput, org: OrgId): boolean {
  const objects = Delete?.Objects ?? [];
  const folders = areaPrefixes(org);
  const isTheirs = (key: string) => folders.some((folder) => key.startsWith(folder) && key !== folder);
  return objects.length > 0 && objects.every(({ Key = '', VersionId }) => VersionId && isTheirs(Key));
}

function keysOf(command: string, input: ObjectInput, buckets: Buckets): (string | undefined)[] {
  if (command === 'DeleteObjects') {
    const objects = input.Delete?.Objects ?? [];
    return objects.length === 0 ? [''] : objects.map(({ Key }) => Key ?? '');
  }
  if (!objectCommands.test(command)) return [undefined];
  const keys = [input.Key ?? ''];
  if (command.endsWith('Copy') || command.startsWith('Copy')) {
    keys.push(copySourceKey(input.CopySource ?? '', buckets.copiesFrom ?? buckets.bucket));
  }
  return keys;
}

/**
 * `bucket/key`, or `bucket/key?versionId=…`, percent-encoded by the caller because the SDK sends it raw; anything else comes
 * out as the empty key, which is refused.
 */
export function copySourceKey(source: string, bucket: string): string {
  const prefix = `${bucket}/`;
  if (!source.startsWith(prefix)) return '';
  try {
    return decodeURIComponent(source.slice(prefix.length).replace(/\?versionId=[\w.~-]+$/, ''));
  } catch {
    return '';
  }
}

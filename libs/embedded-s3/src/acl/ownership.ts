import { S3Error } from '../errors/s3-error.js';
import { oncePerRecord, settingOf } from '../settings/bucket-settings.js';
import { choice, only } from '../xml/elements.js';
import { readXml } from '../xml/xml-reader.js';
import { xmlDocument } from '../xml/xml-writer.js';
import type { PublicAccessBlock } from './public-access.js';

const OWNERSHIPS = ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'] as const;

export type ObjectOwnership = (typeof OWNERSHIPS)[number];

export const isOwnership = (text: string): text is ObjectOwnership => OWNERSHIPS.some((known) => known === text);

export const ownershipDocument = (ownership: ObjectOwnership): string =>
  xmlDocument('OwnershipControls', { Rule: { ObjectOwnership: ownership } });

/** @throws S3Error MalformedXML */
export function parseOwnership(document: string): ObjectOwnership {
  const rule = only(readXml(Buffer.from(document), 'OwnershipControls'), 'Rule').one('Rule');
  const ownership = rule && choice(only(rule, 'ObjectOwnership'), 'ObjectOwnership', OWNERSHIPS);
  if (!ownership) throw new S3Error('MalformedXML');
  return ownership;
}

/** Undefined once its setting is deleted: then ACLs count. */
export const ownershipOf = oncePerRecord((bucket): ObjectOwnership | undefined => {
  const document = settingOf(bucket, 'ownershipControls');
  return document === undefined ? undefined : parseOwnership(document);
});

const PUBLIC_ACLS = ['public-read', 'public-read-write', 'authenticated-read'];
const CANNED_ACLS = [...PUBLIC_ACLS, 'private', 'aws-exec-read', 'bucket-owner-read', 'bucket-owner-full-control'];

/**
 * Whether a write may ask for a canned ACL. Where ACLs are disabled S3 takes those that change nothing, `private` among
 * them although its documentation names `bucket-owner-full-control` only.
 *
 * @throws S3Error InvalidArgument, AccessControlListNotSupported, AccessDenied
 */
export function checkCannedAcl(acl: string, ownership: ObjectOwnership | undefined, block?: PublicAccessBlock): void {
  if (!CANNED_ACLS.includes(acl))
    throw new S3Error('InvalidArgument', undefined, { ArgumentName: 'x-amz-acl', ArgumentValue: acl });
  if (ownership === 'BucketOwnerEnforced' && acl !== 'private' && acl !== 'bucket-owner-full-control')
    throw new S3Error('AccessControlListNotSupported');
  if (block?.BlockPublicAcls && PUBLIC_ACLS.includes(acl))
    throw new S3Error('AccessDenied', 'Public access is blocked by the BlockPublicAcls setting of the bucket.');
}

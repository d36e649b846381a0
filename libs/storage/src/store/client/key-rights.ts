import { areasWithoutKey } from '../../keys/areas.js';
import { hasKeys, type Encryption } from '../../options/encryption.js';
import type { StoreSettings } from '../../options/store-presets.js';
import { encryptionHeader, keyHeader } from '../writing/write-headers.js';

/** A part of a policy of IAM that allows something. */
export interface Right {
  Sid?: string;
  Effect: 'Allow';
  Action: string | string[];
  Resource: string | string[];
  Condition?: Record<string, Record<string, string | string[]>>;
}

export interface KeyOptions {
  partition: string;
  encryption: Encryption;
  store: Pick<StoreSettings, 'like'>;
  /** Where organisations have keys of their own: whose may be used, as the tag `OrgId` of the key. Default: everybody's. */
  keysOf?: string;
}

/**
 * The right to use the keys that files are encrypted with. Stores with keys of their own know no such right, and Ceph refuses a
 * policy that names one.
 */
export const keyRightsOf = ({ encryption, partition, keysOf, store }: KeyOptions): Right[] => {
  if (store.like !== 'aws') return [];
  if (hasKeys(encryption)) return [keysOfOrgs(partition, keysOf)];
  return typeof encryption === 'object' ? [keyRights(encryption.kmsKeyId, partition)] : [];
};

const use = { Sid: 'UseKey', Effect: 'Allow' as const, Action: ['kms:GenerateDataKey', 'kms:Decrypt'] };
/** S3 uses the key in the name of whoever writes or reads, so that use through S3 is all that is granted. */
const throughS3 = { 'kms:ViaService': 's3.*.amazonaws.com*' };

/**
 * A policy names a key by its own ARN only; one that is known by an alias is told by a condition.
 * https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 */
function keyRights(key: string, partition: string): Right {
  const [, , , region = '*', account = '*', named = key] = key.startsWith('arn:') ? key.split(':') : [];
  const isAlias = named.startsWith('alias/');
  const id = isAlias ? 'key/*' : named.startsWith('key/') ? named : `key/${named}`;
  return {
    ...use,
    Resource: `arn:${partition}:kms:${region}:${account}:${id}`,
    Condition: {
      StringLike: throughS3,
      ...(isAlias && { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': named } }),
    },
  };
}

/**
 * No policy lists the keys of all organisations: each key says by its tag `OrgId` whose it is, so that KMS itself refuses one
 * organisation's session another's key. https://docs.aws.amazon.com/kms/latest/developerguide/tag-authorization.html
 */
const keysOfOrgs = (partition: string, org: string | undefined): Right => ({
  ...use,
  Resource: `arn:${partition}:kms:*:*:key/*`,
  Condition: {
    StringLike: throughS3,
    ...(org === undefined
      ? { Null: { 'aws:ResourceTag/OrgId': 'false' } }
      : { StringEquals: { 'aws:ResourceTag/OrgId': org } }),
  },
});

const [algorithm, named] = [`s3:${encryptionHeader}`, `s3:${keyHeader}`];

/** Where writes ask for a key of an organisation, as elements of a statement. */
export const underKeys = (arn: string) => ({ NotResource: areasWithoutKey.map(({ root }) => `${arn}/${root}*`) });

/**
 * Of a write that says how it is encrypted, but not with this key, or with none by name. Parts of an upload and completions say
 * nothing, so that a write which says nothing passes too: it gets the bucket's default. Nothing where the store cannot tell.
 */
export function byOtherKey(
  { policyKnowsAbsence }: Pick<StoreSettings, 'policyKnowsAbsence'>,
  key?: string,
): Record<string, Record<string, string>> | undefined {
  if (key === undefined) return policyKnowsAbsence ? { Null: { [algorithm]: 'false', [named]: 'true' } } : undefined;
  return { StringNotEquals: { [named]: key }, ...(policyKnowsAbsence && { Null: { [algorithm]: 'false' } }) };
}

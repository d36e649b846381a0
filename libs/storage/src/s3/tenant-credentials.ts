import type { AssumeRoleCommand as AssumeRole, AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import type { StorageSettings } from '../storage.settings.js';
import type { Area } from './area.js';
import { networkOf, transport, type Credentials as BaseCredentials } from './s3-client.js';
import { regulate } from './store-calls.js';

const objectActions = [
  's3:GetObject',
  's3:PutObject',
  's3:DeleteObject',
  's3:AbortMultipartUpload',
  's3:ListMultipartUploadParts',
];

/**
 * The session policy for one organisation: the role's rights, cut down to its prefixes. The archive cannot be deleted from.
 * Open multipart uploads cannot be listed: S3 has no condition by which that could be held to a prefix.
 * At most 2,048 characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export function sessionPolicy(settings: StorageSettings, org: OrgId, area: Area): object {
  const { bucket, acl, encryption, tenantRole } = settings;
  const partition = tenantRole?.roleArn.split(':')[1] ?? 'aws';
  const arn = `arn:${partition}:s3:::${bucket}`;
  const prefixes = area === 'files' ? [`${org}/*`, `incoming/${org}/*`] : [`audit-archive/${org}/*`];
  const actions = objectActions.filter((action) => area === 'files' || action !== 's3:DeleteObject');
  if (acl !== 'none') actions.push('s3:PutObjectAcl');
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: actions, Resource: prefixes.map((prefix) => `${arn}/${prefix}`) },
      {
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: arn,
        Condition: { StringLike: { 's3:prefix': prefixes } },
      },
      ...(typeof encryption === 'object' ? [kmsRights(encryption.kmsKeyId, partition)] : []),
    ],
  };
}

/**
 * S3 uses the key in the name of whoever writes or reads, so that use through S3 is all that is granted. A policy names
 * a key by its own ARN only; one that is known by an alias is told by a condition.
 * https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
 */
export function kmsRights(key: string, partition: string) {
  const [, , , region = '*', account = '*', named = key] = key.startsWith('arn:') ? key.split(':') : [];
  const isAlias = named.startsWith('alias/');
  const id = isAlias ? 'key/*' : named.startsWith('key/') ? named : `key/${named}`;
  return {
    Effect: 'Allow' as const,
    Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
    Resource: `arn:${partition}:kms:${region}:${account}:${id}`,
    Condition: {
      StringLike: { 'kms:ViaService': 's3.*.amazonaws.com*' },
      ...(isAlias && { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': named } }),
    },
  };
}

/** Asks STS for sessions: one client, with the credentials of the application, for all organisations of a module. */
export class TokenService {
  readonly #settings: StorageSettings;
  readonly #credentials: BaseCredentials;
  #client: Promise<{ sts: STSClient; AssumeRoleCommand: typeof AssumeRole }> | undefined;

  /** `credentials` are those that may assume the roles. */
  constructor(settings: StorageSettings, credentials: BaseCredentials) {
    this.#settings = settings;
    this.#credentials = credentials;
  }

  async assume(request: AssumeRoleCommandInput): Promise<AwsCredentialIdentity> {
    const { sts, AssumeRoleCommand } = await (this.#client ??= this.#connect());
    const { Credentials } = await sts.send(new AssumeRoleCommand(request));
    if (!Credentials?.AccessKeyId || !Credentials.SecretAccessKey || !Credentials.SessionToken) {
      throw new StorageError('store_unavailable', 'The token service answered without credentials.');
    }
    return {
      accessKeyId: Credentials.AccessKeyId,
      secretAccessKey: Credentials.SecretAccessKey,
      sessionToken: Credentials.SessionToken,
      expiration: Credentials.Expiration,
    };
  }

  async #connect() {
    // Loaded where tenants have roles of their own: no other start should wait for it.
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
    const { region, tenantRole } = this.#settings;
    const sts = new STSClient({
      region,
      ...(tenantRole?.stsEndpoint && { endpoint: tenantRole.stsEndpoint }),
      ...(this.#credentials && { credentials: this.#credentials }),
      ...transport(this.#settings),
    });
    regulate(sts, this.#settings, networkOf(this.#settings).connections);
    return { sts, AssumeRoleCommand };
  }
}

/** Credentials of one organisation: the SDK calls this anew when they near their end. */
export function tenantCredentials(
  settings: StorageSettings,
  org: OrgId,
  area: Area,
  tokens: TokenService,
): AwsCredentialIdentityProvider {
  const { tenantRole } = settings;
  if (tenantRole === undefined) throw new StorageError('misconfigured', 'tenantRole is not set.');
  const { roleArn, archiverRoleArn = roleArn, sessionSeconds = 3_600, tagSession = true } = tenantRole;
  const request = {
    RoleArn: area === 'files' ? roleArn : archiverRoleArn,
    RoleSessionName: `org-${org}`,
    DurationSeconds: sessionSeconds,
    Policy: JSON.stringify(sessionPolicy(settings, org, area)),
    ...(tagSession && { Tags: [{ Key: 'OrgId', Value: org }] }),
  };
  return () => tokens.assume(request);
}

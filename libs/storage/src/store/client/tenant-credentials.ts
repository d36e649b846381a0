import type { AssumeRoleCommand as AssumeRole, AssumeRoleCommandInput, STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { areasOf, folderIn, type AreaUser } from '../../keys/areas.js';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { hasKeys } from '../../options/encryption.js';
import { keyOf } from '../writing/protection.js';
import { byOtherKey, underKeys } from './key-rights.js';
import { rightsIn } from './org-rights.js';
import { networkOf, transport, type Credentials as BaseCredentials } from './s3-client.js';
import { regulate } from './store-calls.js';

/**
 * The session policy for one organisation: the role's rights, cut down to its folders.
 * At most 2,048 characters: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export async function sessionPolicy(settings: StorageSettings, org: OrgId, user: AreaUser): Promise<object> {
  const { bucket, acl, store, tenantRole, audit } = settings;
  const key = hasKeys(settings.encryption) ? await keyOf(settings, org) : undefined;
  const encryption = key === undefined ? settings.encryption : { kmsKeyId: key };
  const partition = tenantRole?.roleArn.split(':')[1] ?? 'aws';
  const archiveRetention = audit?.retention !== undefined;
  const arn = `arn:${partition}:s3:::${bucket}`;
  const options = {
    arn,
    partition,
    acl,
    encryption,
    store,
    readsScans: true,
    archiveRetention,
  };
  // Names of statements are for people, and every character counts here.
  const rights = rightsIn(areasOf(user), (area) => [folderIn(area, org)], options).map(
    ({ Sid: _name, ...right }) => right,
  );
  const otherKeys = key !== undefined && {
    Effect: 'Deny',
    Action: 's3:PutObject',
    ...underKeys(arn),
    Condition: byOtherKey(store, key),
  };
  return { Version: '2012-10-17', Statement: otherKeys ? [...rights, otherKeys] : rights };
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
  user: AreaUser,
  tokens: TokenService,
): AwsCredentialIdentityProvider {
  const { tenantRole } = settings;
  if (tenantRole === undefined) throw new StorageError('misconfigured', 'tenantRole is not set.');
  const { roleArn, archiverRoleArn = roleArn, sessionSeconds = 3_600, tagSession = true } = tenantRole;
  const request = {
    RoleArn: user === 'app' ? roleArn : archiverRoleArn,
    RoleSessionName: `org-${org}`,
    DurationSeconds: sessionSeconds,
    ...(tagSession && { Tags: [{ Key: 'OrgId', Value: org }] }),
  };
  return async () => tokens.assume({ ...request, Policy: JSON.stringify(await sessionPolicy(settings, org, user)) });
}

import type { S3Client } from '@aws-sdk/client-s3';
import type { AreaUser } from '../../keys/areas.js';
import type { OrgId } from '../../keys/org-id.js';
import type { StorageSettings } from '../../options/storage.settings.js';
import { createServingClient } from './s3-client.js';
import { TokenService, tenantCredentials } from './tenant-credentials.js';

/**
 * The client that speaks for one organisation. Without `tenantRole` that is the application's own client for all of them.
 * With it, each organisation has a client whose credentials reach nothing but its prefixes. The SDK keeps credentials per
 * client, renews them and lets concurrent calls share one renewal; here clients are kept, the most recently used ones. All of
 * them ask one STS client, and that one the application's own credentials.
 */
export class OrgClients {
  readonly #settings: StorageSettings;
  /** The application's own client. */
  readonly main: S3Client;
  readonly #tokens: TokenService;
  readonly #clients = new Map<string, S3Client>();

  constructor(settings: StorageSettings, main: S3Client) {
    this.#settings = settings;
    this.main = main;
    this.#tokens = new TokenService(settings, main.config.credentials);
  }

  for(org: OrgId, user: AreaUser = 'app'): S3Client {
    const { tenantRole } = this.#settings;
    if (tenantRole === undefined) return this.main;
    const name = `${user}/${org}`;
    const client =
      this.#clients.get(name) ??
      createServingClient(this.#settings, tenantCredentials(this.#settings, org, user, this.#tokens));
    this.#clients.delete(name);
    this.#clients.set(name, client);
    if (this.#clients.size > (tenantRole.maxTenants ?? 500)) this.#forgetOldest();
    return client;
  }

  destroy(): void {
    for (const client of this.#clients.values()) client.destroy();
    this.#clients.clear();
  }

  /** Its credentials go with it. Its connections are the module's own, which a transfer may still be using. */
  #forgetOldest(): void {
    const [oldest] = this.#clients.keys();
    if (oldest !== undefined) this.#clients.delete(oldest);
  }
}

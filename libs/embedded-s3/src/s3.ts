import type { Role } from './account/account.js';
import type { Identities } from './account/identities.js';
import type { Clock } from './controls/clock.js';
import type { Features } from './controls/features.js';
import type { KmsKeys } from './account/kms-keys.js';
import type { Store } from './store/store.js';

/** The running server, as a request sees it. */
export interface S3 {
  readonly store: Store;
  readonly clock: Clock;
  readonly features: Features;
  readonly identities: Identities;
  readonly roles: readonly Role[];
  readonly region: string;
  readonly accountId: string;
  readonly kmsKeys?: KmsKeys;
  /** `aws:SecureTransport` of every request */
  readonly secure: boolean;
}

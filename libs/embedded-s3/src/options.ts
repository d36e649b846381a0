import type { Features } from './controls/features.js';
import type { KmsKey } from './account/kms-keys.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface EmbeddedUser extends Credentials {
  readonly name: string;
  /** aws:PrincipalTag/* of its requests */
  readonly tags?: Readonly<Record<string, string>>;
  /** an IAM policy: the user may do what it allows and nothing else. Absent: everything in the account. */
  readonly policy?: object;
}

/** A role that AssumeRole gives out sessions of. */
export interface EmbeddedRole {
  readonly name: string;
  readonly policy: object;
  readonly tags?: Readonly<Record<string, string>>;
  /** names of the users who may assume it; absent: root, and every user whose own policy allows `sts:AssumeRole` */
  readonly trust?: readonly string[];
}

export interface EmbeddedS3Options {
  /** address to listen on; 127.0.0.1 by default, so that nobody else can reach it */
  readonly host?: string;
  /** 0, the default, takes any free port */
  readonly port?: number;
  /** where everything is kept; absent: a temporary folder that `close` removes */
  readonly dataDir?: string;
  readonly region?: string;
  /** the account's root; random when absent, and the same again when the folder is opened again */
  readonly credentials?: Credentials;
  /** made at the start if they do not exist */
  readonly buckets?: readonly string[];
  readonly users?: readonly EmbeddedUser[];
  readonly roles?: readonly EmbeddedRole[];
  readonly accountId?: string;
  /** keys of KMS by their ARNs, and no others; who may use them, policies say. Absent: whatever is named is a key */
  readonly kmsKeys?: Readonly<Record<string, KmsKey>>;
  /** abilities to switch off; all are on by default */
  readonly features?: Partial<Features>;
  /** what policies see as aws:SecureTransport; true by default although the server speaks plain HTTP */
  readonly secure?: boolean;
}

import type { PolicyDocument } from '../policy/index.js';

/** Who a request is made as. */
export interface Identity {
  readonly kind: 'root' | 'user' | 'session';
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** `arn:aws:iam::account:root`, `…:user/name`; for a session the role's ARN (as aws:PrincipalArn has it) */
  readonly principalArn: string;
  /** aws:userid */
  readonly userId: string;
  /** user name, or the session's name */
  readonly name: string;
  /** aws:PrincipalTag/* */
  readonly tags: Readonly<Record<string, string>>;
  /** of a session: `arn:aws:sts::account:assumed-role/role/session` */
  readonly sessionArn?: string;
  /** of a user or of a session's role; absent: everything in the account */
  readonly policy?: PolicyDocument;
  /** passed to AssumeRole: rights are what both allow */
  readonly sessionPolicy?: PolicyDocument;
  readonly sessionToken?: string;
  /** of a session; milliseconds since 1970 */
  readonly issuedAt?: number;
  readonly expiresAt?: number;
}

/** The account's access keys. Sessions live as long as the process. */
export class Identities {
  private readonly byAccessKey = new Map<string, Identity>();

  add(identity: Identity): void {
    this.byAccessKey.set(identity.accessKeyId, identity);
  }

  find(accessKeyId: string): Identity | undefined {
    return this.byAccessKey.get(accessKeyId);
  }

  all(): Identity[] {
    return [...this.byAccessKey.values()];
  }
}

/** A key of KMS. Its policy lets the account's own policies decide. */
export interface KmsKey {
  /** `aws:ResourceTag/*` */
  readonly tags?: Readonly<Record<string, string>>;
  /** scheduled to be deleted: nothing is written or read with it */
  readonly pendingDeletion?: boolean;
}

/** By their ARNs; may be changed while the server runs. Absent: whatever a request names is a key, and everybody's. */
export type KmsKeys = Map<string, KmsKey>;

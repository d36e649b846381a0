/** Server-side encryption asked for on every write; `none` for stores without it, such as MinIO without a KMS. */
export type Encryption = 'AES256' | 'none' | { kmsKeyId: string };

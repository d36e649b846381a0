import type { S3 } from '../s3.js';

/** The account is the only owner there is. */
export const owner = ({ accountId }: S3): { ID: string; DisplayName: string } => ({
  ID: accountId.repeat(6).slice(0, 64),
  DisplayName: accountId,
});

import type { S3Client } from '@aws-sdk/client-s3';
import type { OrgId } from 'nest-tenant-storage';
import type { CatalogSession } from 'nest-tenant-storage/catalog';

/** What mistaken code of the application itself has at hand, and what it goes after: organisation 1's file, as 11. */
export interface Inside {
  bucket: string;
  keyOfA: string;
  a: OrgId;
  b: OrgId;
  /** As the module injects it. */
  client: S3Client;
  /** With the application's credentials and nothing of the module: what the bucket's policy alone refuses. */
  bare: S3Client;
  /** As the application's role, in a transaction of organisation 11; the attack is always rolled back. */
  sql(statement: string): ReturnType<CatalogSession['query']>;
}

/**
 * An attempt that no request from outside can make: code of the application that passes over every check above. It shows
 * what holds beneath. `run` resolves with what was got, or rejects with the refusal.
 */
export interface InsideAttack {
  name: string;
  area: 'inside';
  tries: string;
  from: readonly string[];
  must: { refusedBy: 'client' | 'bucket policy' | 'database'; code?: string; note?: string };
  /** In words of whoever refuses: a command, a request, a statement. */
  sent: string;
  run(inside: Inside): Promise<unknown>;
}

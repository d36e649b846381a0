import { parseOrgId } from '../../keys/org-id.js';
import type { VersionStore } from '../../store/versions/version-store.js';
import type { Scope } from '../control/closures.js';
import { walk, type Found } from '../walk.js';
import type { ErasureStatement } from './certificate.js';
import { foldersIn } from './erase.js';
import { leafOf } from './inventory.js';

export interface BucketFinding {
  /** There, and not named by the certificate. */
  found: Found;
}

/** What the bucket still has, or has again, that the certificate does not name. The certificate must have been verified. */
export async function* foundAgain(
  versions: Pick<VersionStore, 'versions' | 'openUploads'>,
  { organisation, scope, digest: { salt }, left }: ErasureStatement,
): AsyncGenerator<BucketFinding, void, undefined> {
  const org = parseOrgId(organisation);
  const leaves = new Set(left.map(({ leaf }) => leaf));
  for await (const found of walk(versions, org, { folders: foldersIn(org, scope as Scope) })) {
    if (!leaves.has(leafOf(salt, found))) yield { found };
  }
}

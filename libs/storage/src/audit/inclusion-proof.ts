import { hashBytes, MerkleTree, nodeHash, type Hash } from './merkle.js';

/**
 * Collects the inclusion proof of one leaf (RFC 6962, section 2.1.1) while the leaves of a tree of known size pass by once.
 */
export class InclusionProof {
  /** The subtrees beside the path from the leaf to the root, the lowest first: where each lies, and what has come of it. */
  readonly #beside: { from: number; to: number; tree: MerkleTree }[] = [];
  #next = 0;

  constructor(index: number, size: number) {
    let [from, to] = [0, size];
    while (to - from > 1) {
      const middle = from + splitOf(to - from);
      const isLeft = index < middle;
      this.#beside.unshift({ ...(isLeft ? { from: middle, to } : { from, to: middle }), tree: new MerkleTree() });
      if (isLeft) to = middle;
      else from = middle;
    }
  }

  add(leaf: Hash): void {
    const at = this.#next++;
    this.#beside.find(({ from, to }) => from <= at && at < to)?.tree.add(leaf);
  }

  /** One hash for each level, the lowest first. */
  hashes(): Hash[] {
    return this.#beside.map(({ tree }) => tree.root());
  }
}

/** The largest power of two below `size`, where RFC 6962 splits a tree of more than one leaf. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** The root that a leaf and its proof lead to (RFC 9162, section 2.1.3.2); undefined for a proof of another shape. */
export function rootFrom(leaf: Hash, index: number, size: number, proof: readonly Hash[]): Hash | undefined {
  if (!Number.isSafeInteger(size) || !Number.isSafeInteger(index) || index < 0 || index >= size) return undefined;
  let [node, at, last] = [leaf, index, size - 1];
  for (const beside of proof) {
    if (last === 0 || beside.length !== hashBytes) return undefined;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(beside, node);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      node = nodeHash(node, beside);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? node : undefined;
}

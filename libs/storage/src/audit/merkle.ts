import { hash } from 'node:crypto';

/**
 * The Merkle tree of RFC 6962, section 2.1: a leaf is SHA-256(0x00 ‖ data), a node SHA-256(0x01 ‖ left ‖ right).
 *
 * A hash is kept as a string of 32 characters, one for each byte (latin1): Node makes these in a third of the time that it
 * takes for a Buffer, and a month may have ten million.
 */
export type Hash = string;

export const hashBytes = 32;

export const toBase64 = (hash: Hash): string => Buffer.from(hash, 'latin1').toString('base64');

/** Undefined for what is not the base64 of a hash. */
export function fromBase64(text: string): Hash | undefined {
  const hash = Buffer.from(text, 'base64').toString('latin1');
  return hash.length === hashBytes && toBase64(hash) === text ? hash : undefined;
}

export const hashOf = (data: string | Uint8Array): Hash => hash('sha256', data, 'binary');

let leafScratch = Buffer.alloc(64 * 1024);

/** The hash of a leaf with these exact bytes. */
export function leafHash(data: Uint8Array): Hash {
  if (leafScratch.length <= data.length) leafScratch = Buffer.alloc(2 * data.length);
  leafScratch.set(data, 1);
  return hashOf(leafScratch.subarray(0, data.length + 1));
}

/** The same for the UTF-8 of a text. */
export const leafHashOf = (text: string): Hash => hashOf(`\0${text}`);

const nodeScratch = Buffer.alloc(1 + 2 * hashBytes, 1);

export function nodeHash(left: Hash, right: Hash): Hash {
  nodeScratch.write(left, 1, 'latin1');
  nodeScratch.write(right, 1 + hashBytes, 'latin1');
  return hashOf(nodeScratch);
}

/** Subtrees kept at most: with more leaves, each has more of them. */
const mostSubtrees = 65_536;
const markBytes = 4;

/**
 * A tree that grows by one leaf at a time, in bounded memory. Beside its root it gives marks, which tell where a tree was
 * altered: the first bytes of the roots of its subtrees of `step` leaves, the last one smaller. Up to 65,536 leaves each
 * leaf is such a subtree.
 */
export class MerkleTree {
  /** Roots of complete subtrees of `step` leaves, from left to right. */
  #roots: Hash[] = [];
  /** What does not fill one yet: complete subtrees of 1, 2, 4 … leaves, each where there is one. */
  #rest: (Hash | undefined)[] = [];
  #step = 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Leaves that each mark stands for. */
  get step(): number {
    return this.#step;
  }

  add(leaf: Hash): void {
    this.#size += 1;
    let root = leaf;
    for (let level = 0, leaves = 1; leaves < this.#step; level += 1, leaves *= 2) {
      const left = this.#rest[level];
      if (left === undefined) {
        this.#rest[level] = root;
        return;
      }
      this.#rest[level] = undefined;
      root = nodeHash(left, root);
    }
    this.#roots.push(root);
    if (this.#roots.length > mostSubtrees) this.#coarser();
  }

  root(): Hash {
    let level = this.#subtrees();
    while (level.length > 1) level = paired(level);
    return level[0] ?? hashOf('');
  }

  marks(): Buffer {
    return Buffer.concat(this.#subtrees().map((root) => Buffer.from(root.slice(0, markBytes), 'latin1')));
  }

  #subtrees(): Hash[] {
    const rest = this.#rest.filter((root) => root !== undefined);
    return rest.length === 0 ? this.#roots : [...this.#roots, rest.reduce((right, left) => nodeHash(left, right))];
  }

  #coarser(): void {
    this.#rest[Math.log2(this.#step)] = this.#roots.length % 2 === 1 ? this.#roots.pop() : undefined;
    this.#roots = paired(this.#roots);
    this.#step *= 2;
  }
}

/** One level up. A tree is split at the largest power of two, so an odd one out stays as it is. */
function paired(level: readonly Hash[]): Hash[] {
  const above: Hash[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const right = level[i + 1];
    above.push(right === undefined ? level[i]! : nodeHash(level[i]!, right));
  }
  return above;
}

/** The index of the first mark in which two lists differ; undefined for equal ones. */
export function firstDifference(a: Buffer, b: Buffer): number | undefined {
  const most = Math.max(a.length, b.length);
  for (let at = 0; at < most; at += markBytes) {
    if (!a.subarray(at, at + markBytes).equals(b.subarray(at, at + markBytes))) return at / markBytes;
  }
  return undefined;
}

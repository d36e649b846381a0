import fc from 'fast-check';
import { hash } from 'node:crypto';
import { InclusionProof, rootFrom } from './inclusion-proof.js';
import { firstDifference, leafHash, leafHashOf, MerkleTree } from './merkle.js';

const sha256 = (...parts: (Buffer | string)[]) =>
  hash('sha256', Buffer.concat(parts.map((part) => Buffer.from(part as string))), 'buffer');

/** MTH of RFC 6962, section 2.1, word for word. */
function rootOf(entries: Buffer[]): Buffer {
  if (entries.length === 0) return sha256('');
  if (entries.length === 1) return sha256(Buffer.from([0]), entries[0]!);
  const k = 2 ** Math.ceil(Math.log2(entries.length) - 1);
  return sha256(Buffer.from([1]), rootOf(entries.slice(0, k)), rootOf(entries.slice(k)));
}

/** PATH of RFC 6962, section 2.1.1. */
function pathOf(m: number, entries: Buffer[]): Buffer[] {
  if (entries.length <= 1) return [];
  const k = 2 ** Math.ceil(Math.log2(entries.length) - 1);
  return m < k
    ? [...pathOf(m, entries.slice(0, k)), rootOf(entries.slice(k))]
    : [...pathOf(m - k, entries.slice(k)), rootOf(entries.slice(0, k))];
}

const text = (hash: Buffer) => hash.toString('latin1');
const entriesOf = (size: number) => Array.from({ length: size }, (_, i) => Buffer.from(`record ${i}`));

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 100])('a tree of %i leaves has the root of RFC 6962', (size) => {
  const tree = new MerkleTree();
  for (const entry of entriesOf(size)) tree.add(leafHash(entry));
  expect(tree.size).toBe(size);
  expect(tree.root()).toBe(text(rootOf(entriesOf(size))));
});

test('a text and its bytes have the same leaf, whatever they hold', () => {
  const long = 'ä'.repeat(100_000);
  for (const entry of ['', 'x', 'Ștefan', '\u0000\ud83d\ude00', long]) {
    expect(leafHashOf(entry)).toBe(leafHash(Buffer.from(entry)));
    expect(leafHashOf(entry)).toBe(text(sha256(Buffer.from([0]), entry)));
  }
});

test('the proof of every leaf is that of RFC 6962, leads to the root, and proves nothing else', () => {
  const sizes = fc.integer({ min: 1, max: 70 }).chain((size) => fc.tuple(fc.constant(size), fc.nat(size - 1)));
  fc.assert(
    fc.property(sizes, fc.nat(), ([size, index], other) => {
      const entries = entriesOf(size);
      const proof = new InclusionProof(index, size);
      for (const entry of entries) proof.add(leafHash(entry));
      const hashes = proof.hashes();
      expect(hashes).toEqual(pathOf(index, entries).map(text));
      const root = text(rootOf(entries));
      const leaf = leafHash(entries[index]!);
      expect(rootFrom(leaf, index, size, hashes)).toEqual(root);
      expect(rootFrom(leafHash(Buffer.from('forged')), index, size, hashes)).not.toEqual(root);
      const elsewhere = other % size === index ? size : other % size;
      expect(rootFrom(leaf, elsewhere, size, hashes)).not.toEqual(root);
      expect(rootFrom(leaf, index, size, [...hashes, root])).toBeUndefined();
      expect(rootFrom(leaf, index, size, [...hashes.slice(1), leaf])).not.toEqual(root);
    }),
    { numRuns: 200, seed: 6962 },
  );
});

test.each([[-1], [5], [1.5], [NaN]])('there is no leaf %d of five', (index) => {
  expect(rootFrom(leafHash(Buffer.from('x')), index, 5, [])).toBeUndefined();
});

describe('marks', () => {
  const treeOf = (leaves: string[]) => {
    const marks = new MerkleTree();
    for (const leaf of leaves) marks.add(leaf);
    return marks;
  };
  // More than twice as many as there are marks at most: they have become coarser twice.
  const count = 132_000;
  const leaves = entriesOf(count).map((entry) => leafHash(entry));

  test('name the leaf where two lists begin to differ', () => {
    const some = leaves.slice(0, 1000);
    const all = treeOf(some).marks();
    expect(firstDifference(all, treeOf(some).marks())).toBeUndefined();
    expect(firstDifference(all, treeOf(some.toSpliced(700, 1)).marks())).toBe(700);
    expect(firstDifference(all, treeOf(some.toSpliced(3, 0, leaves[2000]!)).marks())).toBe(3);
    expect(firstDifference(all, treeOf(some.slice(0, 999)).marks())).toBe(999);
  });

  test('stand for more leaves where there are many, and are subtree roots then too', () => {
    const marks = treeOf(leaves.slice(0, -3));
    const shorter = marks.marks();
    for (const leaf of leaves.slice(-3)) marks.add(leaf);
    expect(marks.root()).toBe(text(rootOf(entriesOf(count))));
    expect(marks.step).toBe(4);
    expect(marks.marks()).toHaveLength(4 * Math.ceil(leaves.length / 4));
    expect(marks.marks().subarray(40, 44)).toEqual(rootOf(entriesOf(44).slice(40)).subarray(0, 4));
    const altered = leaves.with(99_999, leaves[0]!);
    expect(firstDifference(marks.marks(), treeOf(altered).marks())).toBe(Math.floor(99_999 / 4));
    expect(firstDifference(marks.marks(), shorter)).toBe(Math.floor((count - 3) / 4));
  });
});

import { readFileSync } from 'node:fs';
import { belongsToOrg, orgScopedKey } from './object-key.js';
import { parseOrgId, type OrgId } from './org-id.js';

interface Case {
  id: string;
  verdict: 'accept' | 'reject';
  reason: string;
}
interface Corpus {
  paths: (Case & { path: string; category: string; normalized?: string })[];
  orgIds: (Case & { value: unknown; type: string })[];
  ownership: (Case & { org: OrgId; key: string })[];
}

const corpus = JSON.parse(readFileSync(new URL('key-corpus.json', import.meta.url), 'utf8')) as Corpus;

/** What comes out: the result, or the code of the error. */
function outcomeOf(make: () => string): string {
  try {
    return make();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** JSON has no bigint, no undefined, no infinity and no minus zero: the corpus says what was meant. */
function valueOf({ value, type, reason }: Corpus['orgIds'][number]): unknown {
  if (type === 'bigint') return BigInt(String(value));
  if (type === 'undefined') return undefined;
  if (type === 'number') return reason.startsWith('minus zero') ? -0 : Number(value);
  return value;
}

describe('the key corpus', () => {
  it.each(corpus.paths)('path $id, $verdict: $reason', ({ path, verdict, normalized = path }) => {
    const expected = verdict === 'accept' ? `1/${normalized}` : 'invalid_key';
    expect(outcomeOf(() => orgScopedKey(parseOrgId('1'), path))).toBe(expected);
  });

  it.each(corpus.orgIds)('organisation $id, $verdict: $reason', (row) => {
    const expected = row.verdict === 'accept' ? String(row.value) : 'invalid_org';
    expect(outcomeOf(() => parseOrgId(valueOf(row)))).toBe(expected);
  });

  it.each(corpus.ownership)('ownership $id, $verdict: $reason', ({ org, key, verdict }) => {
    expect(belongsToOrg(key, org)).toBe(verdict === 'accept');
  });

  it('is all here', () => {
    expect([corpus.paths.length, corpus.orgIds.length, corpus.ownership.length]).toEqual([130, 42, 14]);
  });
});

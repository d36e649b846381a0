import fc from 'fast-check';
import type { ObjectKey } from './object-key.js';
import { isCanonicalOrgId, parseOrgId, type OrgId } from './org-id.js';

const invalid = expect.objectContaining({ code: 'invalid_org' });

describe('an organisation id', () => {
  it.each<[unknown, string]>([
    [1, '1'],
    [11n, '11'],
    [2n ** 63n - 1n, '9223372036854775807'],
    ['9007199254740993', '9007199254740993'],
  ])('takes %p', (value, org) => {
    expect(parseOrgId(value)).toBe(org);
  });

  it.each<[unknown]>([
    ['9223372036854775808'],
    [2n ** 63n],
    [0n],
    [-1n],
    [2 ** 53],
    [Number.NaN],
    ['1\n'],
    ['\u0661'],
    ['\uff11'],
    [Object('1')],
    [Object(1)],
    [['1']],
    [{ toString: () => '1' }],
    [Symbol('1')],
    [() => '1'],
    [new Date(1)],
  ])('refuses %p', (value) => {
    expect(() => parseOrgId(value)).toThrow(invalid);
    expect(isCanonicalOrgId(value)).toBe(false);
  });

  it('is accepted in one form only: the plain decimal of a positive 64-bit integer', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789+-. e'), maxLength: 21 });
    const isTenant = (value: unknown) =>
      (typeof value === 'bigint' || typeof value === 'string' || Number.isSafeInteger(value)) &&
      /^[1-9]\d*$/.test(String(value)) &&
      BigInt(String(value)) < 2n ** 63n;
    const accepted = (value: unknown) => {
      try {
        return parseOrgId(value) === String(value);
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.oneof(fc.anything(), digits, fc.bigInt({ min: -1n, max: 2n ** 64n }), fc.integer()), (value) => {
        expect(accepted(value)).toBe(isTenant(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('is not a string that a caller holds, nor is a key', () => {
    // @ts-expect-error a plain string is no proof of a tenant
    const org: OrgId = '1';
    // @ts-expect-error a plain string is no key
    const key: ObjectKey = '1/uploads/x';
    // @ts-expect-error a tenant is not a key
    const mixed: ObjectKey = parseOrgId(1);
    expect([org, key, mixed]).toHaveLength(3);
  });
});

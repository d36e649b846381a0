import fc from 'fast-check';
import { PartBuffer } from './part-buffer.js';

test('keeps the bytes in order and never passes its limit, whatever was expected', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 });
  fc.assert(
    fc.property(
      chunks,
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: -5, max: 500 }),
      (given, limit, expected) => {
        const parts: Buffer[] = [];
        let part = new PartBuffer(limit, expected);
        for (const chunk of given) {
          for (let rest: Uint8Array = chunk; rest.length > 0;) {
            if (part.isFull) {
              parts.push(part.view());
              part = new PartBuffer(limit, expected);
            }
            rest = part.fill(rest);
          }
        }
        parts.push(part.view());
        expect(Buffer.concat(parts)).toEqual(Buffer.concat(given));
        expect(parts.slice(0, -1).every(({ length }) => length === limit)).toBe(true);
        expect(parts.at(-1)!.length).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

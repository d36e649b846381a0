import fc from 'fast-check';
import { createHash } from 'node:crypto';
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
        const keep = (part: PartBuffer) => {
          const bytes = Buffer.from(part.view());
          expect(part.sha256()).toBe(createHash('sha256').update(bytes).digest('hex'));
          parts.push(bytes);
        };
        let part = new PartBuffer(limit, expected);
        for (const chunk of given) {
          for (let rest: Uint8Array = chunk; rest.length > 0;) {
            if (part.isFull) {
              keep(part);
              part = parts.length % 2 === 0 ? part.clear() : new PartBuffer(limit, expected);
            }
            rest = part.fill(rest);
          }
        }
        keep(part);
        expect(Buffer.concat(parts)).toEqual(Buffer.concat(given));
        expect(parts.slice(0, -1).every(({ length }) => length === limit)).toBe(true);
        expect(parts.at(-1)!.length).toBeLessThanOrEqual(limit);
      },
    ),
  );
});

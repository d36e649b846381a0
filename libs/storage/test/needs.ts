import type { StoreCapabilities } from '../src/options/store-presets.js';
import type { TestStorage } from '../src/testing/test-storage.js';

/** What a test asks of the store: one of its capabilities, or the embedded server's clock, faults and log. */
export type Need = keyof StoreCapabilities | 'embedded server';

type Lacking = Pick<TestStorage, 'capabilities' | 'isEmbedded'>;

/** What the store at hand lacks of what a test needs. */
export const lacking = ({ capabilities, isEmbedded }: Lacking, needs: readonly Need[]): Need[] =>
  needs.filter((need) => (need === 'embedded server' ? !isEmbedded : !capabilities[need]));

/** `test`, or the same skipped with the reason in its name: `testNeeding(storage, 'postPolicy')('…', async () => {})`. */
export function testNeeding(storage: Lacking, ...needs: Need[]): jest.It {
  const missing = lacking(storage, needs);
  if (missing.length === 0) return test;
  const reason = `[skipped: this store lacks ${missing.join(', ')}]`;
  const skipped = (name: string, run?: jest.ProvidesCallback) => test.skip(`${name} ${reason}`, run);
  const each =
    (...table: [readonly unknown[]]) =>
    (name: string, run: (...args: never[]) => unknown) =>
      test.skip.each(...table)(`${name} ${reason}`, run as never);
  return Object.assign(skipped, { each }) as unknown as jest.It;
}

/** The same for a program of the system, by whether it runs. */
export const testWith = (program: string, isThere: () => boolean): jest.It | jest.It['skip'] =>
  isThere() ? test : named(program);

function named(program: string): jest.It['skip'] {
  return ((name: string, run?: jest.ProvidesCallback) =>
    test.skip(`${name} [skipped: there is no ${program} here]`, run)) as jest.It['skip'];
}

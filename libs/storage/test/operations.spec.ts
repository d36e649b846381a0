import { readFileSync } from 'node:fs';

const operations = readFileSync('docs/operations.md', 'utf8');

test('what the section on telemetry shows is the example that is compiled', () => {
  const [, shown] = /## Telemetry\n.*?```ts\n(.*?)```/s.exec(operations) ?? [];
  expect(shown).toBe(readFileSync('examples/telemetry.ts', 'utf8'));
});

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { storageSettings } from '../../../../libs/storage/src/options/storage.settings.js';
import { limitConnections } from './connections.js';

const server = createServer();
limitConnections(server);

test('a client hears that the store does not answer before its own connection ends', () => {
  const { timeouts } = storageSettings({ bucket: 'clinic-files', region: 'eu-central-1' });
  expect(timeouts.call + timeouts.queue).toBeLessThan(server.timeout);
});

test('what is said of slow uploads in the docs is what the demo does', async () => {
  const text = await readFile(new URL('../../../../docs/operations.md', import.meta.url), 'utf8');
  const said = [/requestTimeout = ([\d_]+)/, /server\.setTimeout\(([\d_]+)\)/].map((pattern) =>
    Number(pattern.exec(text)?.[1]?.replaceAll('_', '')),
  );
  expect([server.requestTimeout, server.timeout]).toEqual(said);
  // 250 MiB at 1 Mbit/s.
  expect(server.requestTimeout).toBeGreaterThan((250 * 1024 * 1024 * 8) / 1_000);
});

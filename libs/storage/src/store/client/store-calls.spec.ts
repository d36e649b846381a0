import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { jest } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { onBehalfOf } from './org-guard.js';
import { createServingClient } from './s3-client.js';

const asked = jest.fn();
const server = createServer((_request, response) => {
  asked();
  response.end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

test.each(['before it is made', 'while it waits for its turn'])(
  'a call that is given up %s asks nobody for anything, credentials included',
  async (when) => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const credentials = jest.fn(() => Promise.resolve({ accessKeyId: 'a', secretAccessKey: 'b' }));
    const client = createServingClient(
      storageSettings({ bucket: 'files', region: 'us-east-1', endpoint, credentials }),
    );
    const leaving = new AbortController();
    if (when === 'before it is made') leaving.abort();
    const calls = [parseOrgId('1'), parseOrgId('11')].map((org) =>
      client.send(onBehalfOf(org, new HeadObjectCommand({ Bucket: 'files', Key: `${org}/uploads/a` })), {
        abortSignal: leaving.signal,
      }),
    );
    leaving.abort();
    for (const call of calls) await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    // What the SDK prepares takes it some turns of the loop.
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(credentials).not.toHaveBeenCalled();
    expect(asked).not.toHaveBeenCalled();
    client.destroy();
  },
);

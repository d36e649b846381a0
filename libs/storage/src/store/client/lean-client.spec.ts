import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { parseOrgId } from '../../keys/org-id.js';
import { storageSettings } from '../../options/storage.settings.js';
import { idleMiddlewares } from './lean-client.js';
import { onBehalfOf } from './org-guard.js';
import { createServingClient } from './s3-client.js';

const signedBy: (string | undefined)[] = [];
const server = createServer(({ headers }, response) => {
  signedBy.push(/Credential=(\w+)/.exec(headers.authorization ?? '')?.[1]);
  response.end();
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise((resolve) => server.close(resolve)));

let asked = 0;
/** They are over so soon that the SDK asks for new ones each time. */
const credentials = () =>
  Promise.resolve({
    accessKeyId: `key${++asked}`,
    secretAccessKey: 'secret',
    expiration: new Date(Date.now() + 1_000),
  });

function client() {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return createServingClient(storageSettings({ bucket: 'files', region: 'us-east-1', endpoint, credentials }));
}

const head = (sender: S3Client, org: string) =>
  sender.send(onBehalfOf(parseOrgId(org), new HeadObjectCommand({ Bucket: 'files', Key: `${org}/uploads/a` })));

const middlewaresOf = ({ middlewareStack }: S3Client) =>
  middlewareStack.identify().map((line) => line.split(' ', 1)[0] ?? '');

test.each(idleMiddlewares)('%s is in a client of the SDK, and in none of ours', (name) => {
  expect(middlewaresOf(new S3Client({ region: 'us-east-1' }))).toContain(name);
  expect(middlewaresOf(client())).not.toContain(name);
});

test('one signer signs each call with the credentials of its time', async () => {
  const sender = client();
  const signers = new Set<object>();
  const { signer } = sender.config;
  sender.config.signer = async (scheme) => {
    const found = await signer(scheme);
    signers.add(found);
    return found;
  };
  for (const org of ['1', '11', '1']) await head(sender, org);
  expect(signedBy).toHaveLength(3);
  expect(new Set(signedBy).size).toBe(3);
  expect(signers.size).toBe(1);
  sender.destroy();
});

test('the configuration is quick to copy once a call has used it', async () => {
  setFlagsFromString('--allow-natives-syntax');
  const isQuick = new Function('of', 'return %HasFastProperties(of)') as (of: object) => boolean;
  setFlagsFromString('--no-allow-natives-syntax');
  const sender = client();
  await head(sender, '1');
  expect(isQuick(sender.config)).toBe(true);
  sender.destroy();
});

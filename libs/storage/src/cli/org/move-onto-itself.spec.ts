import { ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { startExports } from '../../../test/export.kit.js';
import { parseOrgId } from '../../keys/org-id.js';

/*
 * One bucket has many names: hosts, ports, proxies. A move onto itself would find everything the same, and an erasure after it
 * would then take the only copy.
 */
const { files, storage, newBucket, keysIn, call, close } = await startExports();
const { bucket, raw, s3 } = storage;
const { port } = new URL(s3.endpoint);

/** Another address of the same server. */
const proxy = createServer((socket) => {
  const onward = connect(Number(port), '127.0.0.1');
  socket.pipe(onward).pipe(socket);
  for (const each of [socket, onward]) each.on('error', () => [socket, onward].forEach((one) => one.destroy()));
}).listen(0, '127.0.0.1');
await once(proxy, 'listening');
const throughProxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

afterEach(() => s3.faults.clear());
afterAll(async () => {
  await close();
  proxy.close();
});

/** All that a bucket keeps, earlier versions too. */
async function everythingIn(Bucket: string) {
  const { Versions = [], DeleteMarkers = [] } = await raw.send(new ListObjectVersionsCommand({ Bucket }));
  return { Versions, DeleteMarkers };
}
const writes = () => s3.requests.list().filter(({ method }) => method !== 'GET' && method !== 'HEAD');
const onto = (endpoint: string, org: string, ...flags: string[]) =>
  call('move', '--org', org, '--to-bucket', bucket, '--to-endpoint', endpoint, ...flags);
const refused = {
  status: 2,
  out: '',
  err: expect.stringMatching(/Nothing tells the two buckets apart.*do not erase it/),
};

test.each<[string, string]>([
  ['another name of the host', `http://localhost:${port}`],
  ['upper case', `http://LOCALHOST:${port}`],
  ['a slash at the end', `${s3.endpoint}/`],
  ['a short form of the address', `http://127.1:${port}`],
  ['another port', throughProxy],
])('the bucket itself under %s is found out, and nothing is written', async (_what, endpoint) => {
  const before = await everythingIn(bucket);
  s3.requests.clear();
  for (const [org, flags] of [
    ['1', []],
    ['11', ['--verify-only']],
  ] as const) {
    expect(await onto(endpoint, org, ...flags)).toMatchObject(refused);
  }
  expect(writes()).toEqual([]);
  expect(await everythingIn(bucket)).toEqual(before);
});

test.each(['1', '8'])('so it is when a file of organisation %s changes while it is looked at', async (id) => {
  const org = parseOrgId(id);
  const write = () => files.form(org, 1, 'aa first.pdf');
  const { place, key } = await write();
  const remove = () => files.forms.delete(org, place);
  // Before the look here, the one there, and the second one here.
  const meanwhile: Record<string, (() => Promise<unknown>)[]> = {
    replaced: [async () => {}, write],
    'gone, back and gone': [remove, write, remove],
    deleted: [write, remove],
  };
  for (const [what, changes] of Object.entries(meanwhile)) {
    await write();
    let looks = 0;
    const before = async () => void (await changes[looks++]?.());
    s3.faults.add({ operation: 'HeadObject', key, before, times: 3 });
    const found = await onto(throughProxy, id);
    expect({ what, looks, ...found }).toMatchObject({ looks: 3, ...refused });
    s3.faults.clear();
  }
});

test.each(['127.0.0.1', 'localhost'])('two buckets are told apart by one file, at %s', async (host) => {
  const [to, flags] = [await newBucket(), ['--to-endpoint', `http://${host}:${port}`]];
  for (const [org, copied] of [
    ['1', 4],
    ['1', 0],
    ['11', 4],
  ] as const) {
    expect(await call('move', '--org', org, '--to-bucket', to, ...flags)).toMatchObject({
      status: 0,
      out: expect.stringMatching(`4 the same, ${copied} of them copied`),
    });
  }
  for (const org of ['1', '11'])
    expect(await call('move', '--org', org, '--to-bucket', to, ...flags, '--verify-only')).toMatchObject({ status: 0 });
  expect(await keysIn(to)).toHaveLength(8);
});

test('where an organisation has nothing, nothing is asked', async () => {
  expect(await onto(throughProxy, '7')).toMatchObject({ status: 0, out: expect.stringMatching(/0 the same/) });
});

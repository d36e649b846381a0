import { apartFromDate, signByHand, type Person } from '../demo.harness.js';
import { orgs, type Org } from './world.js';
import type { Ticket, Worker } from './worker.js';

/* What people try who want what is not theirs. */

export interface Others {
  /** Somebody of another organisation. */
  worker: Worker;
}

const lures = (org: Org): Record<string, string>[] => [
  { 'x-org-id': org, 'x-tenant-id': org, 'x-organization-id': org },
  { cookie: `org_id=${org}`, 'x-forwarded-host': `${org}.clinic.test` },
  { 'x-http-method-override': 'DELETE', 'x-original-url': `/api/orgs/${org}`, 'x-user-role': 'admin' },
];

const otherOrg = (worker: Worker): Org => worker.random.pick(orgs.filter((org) => org !== worker.org));

/** Another organisation's file and none at all are the same, in all but the moment. */
export async function readForeign(worker: Worker, { worker: other }: Others): Promise<void> {
  const { world, random, admin } = worker;
  const theirs = random.pick([...other.model.keys()]);
  if (!theirs || worker.model.has(theirs)) return;
  const name = theirs.split('/').at(-1)!;
  const absent = theirs.replace(name, `${'x'.repeat(name.length - 4)}.png`);
  const [method, tail] = random.pick([
    ['GET', '/content'],
    ['GET', '/url'],
    ['HEAD', '/content'],
    ['DELETE', ''],
  ]);
  const headers = random.pick([{}, ...lures(other.org)]);
  const at = worker.somewhere;
  const [foreign, none] = [
    await world.ask(method, theirs + tail, { as: admin, at, headers }),
    await world.ask(method, absent + tail, { as: admin, at, headers }),
  ];
  const [a, b] = [foreign, none].map((answer) => JSON.stringify(apartFromDate(answer)));
  world.expect(a === b, 'foreign and absent differ', method, tail, a, b);
}

/** Their own list, however the request names another organisation. */
export async function lureWithHeaders(worker: Worker): Promise<void> {
  const org = otherOrg(worker);
  const headers = worker.random.pick(lures(org));
  const query = worker.random.pick(['', `?org_id=${org}`, `?prefix=${org}/`, `?cursor=${btoa(`${org}/uploads/`)}`]);
  const ask = { as: worker.someone, at: worker.somewhere };
  const { json, status } = await worker.world.ask('GET', `${worker.field}/files${query}`, { ...ask, headers });
  const names = ((json.items ?? []) as { fileName: string }[]).map(({ fileName }) => fileName);
  const own = new Set([...worker.model.keys()].map((path) => path.split('/').at(-1)));
  worker.world.expect(
    status !== 200 || names.every((name) => own.has(name)),
    'a list of others',
    headers,
    query,
    names,
  );
  if (status === 200 && !query) worker.world.expect(names.length === own.size, 'half a list', headers, names);
}

/** Everything but a token of ours is 401. */
export async function forgeToken(worker: Worker): Promise<void> {
  const [head, , signature] = (await worker.world.tokenOf(worker.patient)).split('.');
  const [, claims] = (await worker.world.tokenOf({ ...worker.patient, org: otherOrg(worker) })).split('.');
  const payload = JSON.parse(Buffer.from(claims!, 'base64url').toString()) as object;
  const token = worker.random.pick([
    `${head}.${claims}.${signature}`,
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`,
    signByHand({ alg: 'HS256' }, payload, 'a secret of somebody else that is as long as ours'),
    signByHand({ alg: 'HS384' }, payload, 'the tests of this secret'),
  ]);
  const { status } = await worker.world.ask('GET', `${worker.field}/files`, { token, at: worker.somewhere });
  worker.world.expect(status === 401, 'a forged token', status, token);
}

/** A ticket is for whoever began it: for anybody else it is none. */
export async function useForeignTicket(worker: Worker, { worker: other }: Others): Promise<void> {
  const { world, random } = worker;
  const ticket = random.pick<Ticket | undefined>([...other.open, ...other.ended, ...worker.open]);
  if (!ticket) return;
  const stranger: Person = ticket.by.org === worker.org ? { ...worker.patient, sub: 'stranger' } : worker.someone;
  const [method, path, step] = random.pick<[string, string, object]>([
    ['POST', '/api/uploads/complete', {}],
    ['POST', '/api/uploads/sign', { method: 'PUT' }],
    ['DELETE', '/api/uploads', {}],
  ]);
  const body = { token: ticket.token, ...step };
  const { status, json } = await world.ask(method, path, { as: stranger, at: worker.somewhere, body });
  world.expect(status === 404 && json.code === 'not_found', 'a ticket of somebody else', path, status, json.code);
}

/** A signed URL is good for one request, to the letter. */
export async function alterUrl(worker: Worker, { worker: other }: Others): Promise<void> {
  const { world, random } = worker;
  const path = random.pick([...worker.model.keys()]);
  if (!path) return;
  const { json } = await world.ask('GET', `${path}/url`, { as: worker.someone, at: worker.somewhere });
  const url = String(json.url);
  const [method, altered] = random.pick<[string, string]>([
    ['GET', url.replace(`/${worker.org}/`, `/${other.org}/`)],
    ['GET', url.replace(`/${worker.org}/`, `/${worker.org}/../${other.org}/`)],
    ['GET', url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604800')],
    ['GET', url.replace(/&X-Amz-SignedHeaders=[^&]*/, '')],
    ['GET', `${url}&versionId=null`],
    ['DELETE', url],
    ['PUT', url],
  ]);
  const answer = await world.askStore(method, altered, method === 'PUT' ? { body: 'of nobody' } : {});
  world.expect(answer.status >= 400, 'an altered URL works', method, altered.replace(url.split('?')[0]!, '…'));
  world.noForeignMarker(worker.org, answer, 'an altered URL');
  await worker.verify(path);
}

/** What a role may not. */
export async function overstep(worker: Worker): Promise<void> {
  const headers = { 'content-type': 'image/png', 'x-role': 'admin' };
  const [method, path] = worker.random.pick([
    ['PUT', '/api/templates/logo'],
    ['DELETE', '/api/templates/logo'],
    ['PUT', '/api/documents/9/patient'],
    ['GET', '/api/documents/9/admin/content'],
    ['PUT', `/api/specialists/${worker.admin.sub}/signature`],
    ['GET', '/api/audit-archive/2026/5/url'],
  ] as const);
  const body = method === 'PUT' ? 'x' : undefined;
  const { status } = await worker.world.ask(method, path, { as: worker.patient, at: worker.somewhere, headers, body });
  worker.world.expect(status === 403, 'more than a role may', method, path, status);
}

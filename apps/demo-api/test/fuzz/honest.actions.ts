import { pictureOf } from './world.js';
import type { Worker } from './worker.js';

/* What people do all day. */

export async function uploadThroughTheApi(worker: Worker): Promise<void> {
  const { world, random } = worker;
  const known = [...worker.model.keys()];
  const isAgain = known.length > 0 && random.below(3) === 0;
  const path = isAgain ? random.pick(known) : worker.pathOf(worker.freshName());
  const body = pictureOf(worker.org, `${path}-${random.below(1e6)}`);
  const headers = { 'content-type': 'image/png' };
  const { status } = await world.ask('PUT', path, { as: worker.someone, at: worker.somewhere, headers, body });
  world.expect(status === (isAgain ? 409 : 201), 'an upload through the API', path, { isAgain, status });
  if (!isAgain) worker.model.set(path, body);
  await worker.verify(path);
}

export async function uploadDirectly(worker: Worker): Promise<void> {
  const ticket = await worker.begin();
  if (worker.random.below(6) === 0) return void worker.open.push(ticket);
  await worker.send(ticket);
  await worker.verify(ticket.path);
  const at = worker.somewhere;
  const { status } = await worker.complete(ticket, at);
  worker.world.expect(status === 201, 'an honest upload is refused', status);
  worker.end(ticket, 'completed', at);
  await worker.verify(ticket.path);
}

export async function giveUp(worker: Worker): Promise<void> {
  const ticket = await worker.begin();
  if (worker.random.below(2) === 0) await worker.send(ticket);
  const at = worker.somewhere;
  const { status } = await worker.world.ask('DELETE', '/api/uploads', {
    as: ticket.by,
    at,
    body: { token: ticket.token },
  });
  worker.world.expect(status === 204, 'giving up is refused', status);
  worker.end(ticket, 'abandoned', at);
}

export async function readByUrl(worker: Worker): Promise<void> {
  const [path, bytes] = worker.random.pick([...worker.model]) ?? [];
  if (!path || !bytes) return;
  const { json } = await worker.world.ask('GET', `${path}/url`, { as: worker.someone, at: worker.somewhere });
  const answer = await worker.world.askStore('GET', String(json.url));
  worker.world.expect(bytes.equals(answer.body), 'a read URL gives other bytes', path, answer.status);
  worker.world.noForeignMarker(worker.org, answer, path);
}

export async function remove(worker: Worker): Promise<void> {
  const [path] = worker.random.pick([...worker.model.keys()].map((key) => [key])) ?? [];
  if (!path) return;
  const as = worker.someone;
  const { status } = await worker.world.ask('DELETE', path, { as, at: worker.somewhere });
  worker.world.expect(status === (as.role === 'admin' ? 204 : 403), 'a removal', as.role, status);
  if (as.role === 'admin') worker.model.delete(path);
  await worker.verify(path);
}

export const look = (worker: Worker): Promise<void> => worker.verifyAll();

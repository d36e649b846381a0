import { samples } from 'nest-tenant-storage/testing';
import type { Process } from './world.js';
import type { Worker } from './worker.js';

/* What people try with uploads that are theirs. */

const html = (length: number) => Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(length, ' '));

export async function lieAboutContent(worker: Worker): Promise<void> {
  const ticket = await worker.begin();
  const { length } = ticket.bytes;
  const other = worker.random.pick([
    html(length),
    Buffer.concat([samples.pdf.bytes, Buffer.alloc(length)]).subarray(0, length),
  ]);
  await worker.send(ticket, other);
  const at = worker.somewhere;
  const { status, json } = await worker.complete(ticket, at);
  worker.world.expect(status === 422 && json.code === 'content_mismatch', 'a lie about content', status, json.code);
  worker.end(ticket, 'refused', at);
  await worker.verify(ticket.path);
}

/** Two uploads for one name, at once, in two processes: one wins, and its bytes stay. */
export async function race(worker: Worker): Promise<void> {
  const name = worker.freshName();
  const by = worker.someone;
  const tickets = [await worker.begin(name, by), await worker.begin(name, by)] as const;
  await Promise.all(tickets.map((ticket) => worker.send(ticket)));
  const answers = await Promise.all(tickets.map((ticket, at) => worker.complete(ticket, at as Process)));
  const won = answers.flatMap(({ status }, at) => (status === 201 ? [at as Process] : []));
  worker.world.expect(
    won.length === 1,
    'a race with other than one winner',
    answers.map(({ status }) => status),
  );
  tickets.forEach((ticket, at) => worker.end(ticket, won[0] === at ? 'completed' : 'refused', at as Process));
  await worker.verify(tickets[0].path);
}

/** What is over stays over: its URL, its ticket and every step of it bring nothing back. */
export async function tryAgain(worker: Worker): Promise<void> {
  const { world, random } = worker;
  const ended = random.pick(worker.ended.slice(-8));
  if (!ended) return;
  const at = worker.somewhere;
  const step = { token: ended.token, method: 'PUT' };
  const signed = await world.ask('POST', '/api/uploads/sign', { as: ended.by, at, body: step });
  world.expect(signed.status === 404, 'a step of an upload that is over is signed', ended.how, signed.status);
  const isThere = worker.model.get(ended.path) === ended.bytes;
  // Other bytes of the same length, as the ticket was for.
  const again = Buffer.from(ended.bytes);
  again.write('again', again.length - 5);
  await worker.send(ended, again);
  const { status } = await worker.complete(ended, at);
  if (ended.how !== 'completed' || !isThere) {
    world.expect(status >= 400, 'an upload that is over is accepted', ended.how, status);
  } else {
    world.expect(status === 201, 'completing twice is not the same', status);
  }
  await worker.verify(ended.path);
}

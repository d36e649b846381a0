import { forgedTokens, holesOf, requestOf, samples, type Attack, type Holes } from 'nest-tenant-storage/testing';
import { call, tokenOf, type Answer, type Demo, type Person } from './demo.harness.js';

export const people = {
  a: { org: '1', sub: 'ada' },
  b: { org: '11', sub: 'bob' },
  colleague: { org: '1', sub: 'eve' },
} satisfies Record<string, Person>;

const field = '/api/forms/7/fields/3';
/** In the name and in the bytes of A's file; in nothing of anybody else. */
export const marks = { name: 'name-of-org-1', bytes: 'bytes-of-org-1' };
const file = Buffer.concat([samples.png.bytes, Buffer.from(`${marks.bytes}!`.repeat(8))]);
const name = `scan-${marks.name}.png`;

export interface Outcome {
  answers: Answer[];
  before: Contents;
  after: Contents;
}
type Contents = Awaited<ReturnType<Demo['storage']['contents']>>;

/** The demo with one file of A and one of B, and what runs attacks of the list against it. */
export async function readyForAttacks(demo: Demo): Promise<(attack: Attack) => Promise<Outcome>> {
  await putFile(demo, people.a, name, file);
  await putFile(demo, people.b, 'theirs.png', samples.png.bytes);
  const [a = '', b = '', colleague = ''] = await Promise.all(Object.values(people).map((person) => tokenOf(person)));
  const tokens = { a, b, colleague };
  let tickets = 0;
  return async (attack) => {
    const needed = holesOf(attack);
    const ticketName = `ticket-${(tickets += 1)}.png`;
    const ticket = needed.some((hole) => ticketHoles.has(hole)) ? await begin(demo, ticketName) : undefined;
    const holes: Partial<Holes> = {
      orgA: people.a.org,
      orgB: people.b.org,
      tokenA: a,
      tokenB: b,
      ...forgedTokens(a, b),
      placeOfA: `${field}/files/${name}`,
      absentPlace: `${field}/files/${'x'.repeat(name.length - 4)}.png`,
      fieldOfA: field,
      bucket: demo.storage.bucket,
      keyOfB: '11/uploads/forms/7/field_3/theirs.png',
      ...(needed.includes('urlOfA') && { urlOfA: await readUrl(demo) }),
      ...(ticket && {
        writeUrlOfA: ticket.url,
        ticketOfA: ticket.token,
        placeOfTicket: `${field}/files/${ticketName}`,
      }),
    };
    const answers: Answer[] = [];
    let before = await demo.storage.contents();
    for (const [at, step] of attack.sends.entries()) {
      if (step.later) demo.storage.s3.clock.advance(step.later * 1000);
      const request = requestOf(step, { holes, tokens, file, ticketHeaders: ticket?.headers });
      if (at > 0) before = await demo.storage.contents();
      const { method, url, headers, body } = request;
      answers.push(await call(portOf(step.to === 'api' ? demo.origin : url), method, pathOf(url), { headers, body }));
      if (step.later) demo.storage.s3.clock.reset();
    }
    return { answers, before, after: await demo.storage.contents() };
  };
}

const ticketHoles = new Set(['writeUrlOfA', 'ticketOfA', 'placeOfTicket']);
const portOf = (url: string) => Number(/^http:\/\/[^/]+:(\d+)/.exec(url)?.[1]);
const pathOf = (url: string) => url.replace(/^http:\/\/[^/]+/, '');

async function putFile(demo: Demo, as: Person, fileName: string, bytes: Buffer): Promise<void> {
  const headers = { 'content-type': 'image/png' };
  const { status } = await demo.call('PUT', `${field}/files/${fileName}`, { as, headers, body: bytes });
  expect(status).toBe(201);
}

async function readUrl(demo: Demo): Promise<string> {
  const { json } = await demo.call('GET', `${field}/files/${name}/url`, { as: people.a });
  return String(json.url);
}

async function begin(
  demo: Demo,
  fileName: string,
): Promise<{ url: string; token: string; headers: Record<string, string> }> {
  const body = { fileName, contentType: 'image/png', size: file.length, method: 'PUT' };
  const { json } = await demo.call('POST', `${field}/uploads`, { as: people.a, body });
  return json as unknown as { url: string; token: string; headers: Record<string, string> };
}

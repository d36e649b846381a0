import type { ServerResponse } from 'node:http';
import { samples } from 'nest-tenant-storage/testing';
import { tokenOf, type Person } from '../demo.harness.js';
import type { Kit } from './page.kit.js';

const logo = '/api/templates/logo/content';
const document = '/api/documents/9001/admin/content';
const admin = { org: '1', sub: 'ada' };
const adminOfEleven = { org: '11', sub: 'ada' };
const patient = { org: '1', sub: 'tom', role: 'patient' };
const { png, pdf } = samples;

/** One browser that two people use. */
export function cacheFlows(kit: () => Kit): void {
  // What follows finds no logo, and the store's clock as it was.
  afterAll(async () => {
    const { demo } = kit();
    demo.storage.s3.clock.reset();
    for (const as of [admin, adminOfEleven]) await demo.call('DELETE', '/api/templates/logo', { as });
  });

  /** A file of its own size, so that its length tells it from another. */
  const put = (as: Person, path: string, { contentType, bytes }: { contentType: string; bytes: Buffer }, extra = 0) =>
    kit().demo.call('PUT', path, {
      as,
      headers: { 'content-type': contentType },
      body: Buffer.concat([bytes, Buffer.alloc(extra)]),
    });

  /** What the page's own `fetch` gets, as it comes: from the server or from the browser's cache. */
  async function fetchAs(as: Person, path: string, cache: RequestCache = 'default') {
    const request = { path, token: await tokenOf(as), cache };
    return kit().page.evaluate(async ({ path, token, cache }) => {
      const answer = await fetch(path, { cache, headers: { authorization: `Bearer ${token}` } });
      return { status: answer.status, length: (await answer.arrayBuffer()).byteLength };
    }, request);
  }

  it('gives none of them what the other has read, and no state that has gone', async () => {
    const { demo } = kit();
    // A browser that is told nothing keeps a file for a tenth of its age, so these are not new; S3 allows 15 minutes.
    demo.storage.s3.clock.advance(-10 * 60_000);
    await put(admin, '/api/templates/logo', png);
    await put(adminOfEleven, '/api/templates/logo', png, 11);
    await put(admin, '/api/documents/9001/admin', pdf);
    const ofOne = { status: 200, length: png.bytes.length };
    const ofEleven = { status: 200, length: png.bytes.length + 11 };

    expect(await fetchAs(admin, logo)).toEqual(ofOne);
    expect(await fetchAs(adminOfEleven, logo)).toEqual(ofEleven);
    expect(await fetchAs(adminOfEleven, logo, 'no-store')).toEqual(ofEleven);
    expect(await fetchAs(admin, document)).toEqual({ status: 200, length: pdf.bytes.length });
    expect((await fetchAs(patient, document)).status).toBe(403);

    await put(admin, '/api/templates/logo', png, 5);
    expect(await fetchAs(admin, logo)).toEqual({ status: 200, length: png.bytes.length + 5 });
    await demo.call('DELETE', '/api/templates/logo', { as: admin });
    expect((await fetchAs(admin, logo)).status).toBe(404);
  });

  it('spares the bytes of what is unchanged', async () => {
    const { demo } = kit();
    await put(admin, '/api/templates/logo', png, 7);
    const answers: ServerResponse[] = [];
    const onRequest = (request: { url?: string }, response: ServerResponse) =>
      request.url === logo && answers.push(response);
    demo.app.getHttpServer().on('request', onRequest);
    const same = { status: 200, length: png.bytes.length + 7 };
    expect([await fetchAs(admin, logo), await fetchAs(admin, logo)]).toEqual([same, same]);
    demo.app.getHttpServer().off('request', onRequest);
    expect(answers.filter(({ req }) => req.method === 'GET').map(({ statusCode }) => statusCode)).toEqual([200, 304]);
  });
}

// Drives an application that was built from these files: over HTTP, as two organisations of which one's id begins the other's.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { SignJWT } from 'jose';
import { startTestStorage } from 'nest-tenant-storage/testing';

const secret = 'a secret of this check, 32 bytes or more';
// Below the ports that systems give away by themselves, and another one for each check that runs on this machine.
const port = process.env.PORT ?? String(randomInt(20_000, 30_000));
const storage = await startTestStorage();
const { accessKeyId, secretAccessKey } = storage.s3.credentials;
const app = spawn(process.execPath, ['dist/main.js'], {
  env: {
    ...process.env,
    PORT: port,
    JWT_SECRET: secret,
    S3_BUCKET: storage.bucket,
    S3_REGION: storage.s3.region,
    S3_ENDPOINT: storage.s3.endpoint,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    UPLOAD_TOKEN_SECRET: 'another secret of this check, 32 bytes or more',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = once(app, 'exit');
let log = '';
app.stdout.on('data', (text) => (log += text));

try {
  while (!log.includes('successfully started')) {
    await Promise.race([once(app.stdout, 'data'), ended.then(() => assert.fail(`The application ended:\n${log}`))]);
  }
  await check(`http://127.0.0.1:${port}`);
} finally {
  app.kill('SIGTERM');
  await ended;
  await storage.close();
}

async function check(origin) {
  const files = `${origin}/forms/7/fields/3/files`;
  const call = async (org, method, url, { body, type } = {}) => {
    const token = await new SignJWT({ org_id: org })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('ada')
      .sign(Buffer.from(secret));
    const headers = { authorization: `Bearer ${token}`, ...(type && { 'content-type': type }) };
    const answer = await fetch(url, { method, headers, body });
    const text = await answer.text();
    return { status: answer.status, text, json: /^[[{]/.test(text) ? JSON.parse(text) : undefined };
  };
  const json = (value) => ({ body: JSON.stringify(value), type: 'application/json' });
  const names = async (org) => (await call(org, 'GET', files)).json.items.map(({ fileName }) => fileName);

  for (const org of ['1', '11']) {
    const text = `of organisation ${org}`;
    assert.equal((await call(org, 'PUT', `${files}/own-${org}.txt`, { body: text, type: 'text/plain' })).status, 200);
    const form = new FormData();
    form.append('file', new Blob([text], { type: 'text/csv' }), 'form.csv');
    assert.equal((await call(org, 'PUT', `${files}/form-${org}.csv`, { body: form })).status, 200);
    assert.equal((await call(org, 'GET', `${files}/own-${org}.txt/content`)).text, text);
    const { url } = (await call(org, 'GET', `${files}/own-${org}.txt/url`)).json;
    assert.equal(await (await fetch(url)).text(), text);

    const declared = { fileName: `direct-${org}.txt`, contentType: 'text/plain', size: text.length };
    const { json: ticket } = await call(org, 'POST', `${origin}/forms/7/fields/3/uploads`, json(declared));
    const fields = new FormData();
    for (const [name, value] of Object.entries(ticket.fields)) fields.append(name, value);
    fields.append('file', new Blob([text]));
    assert.ok((await fetch(ticket.url, { method: 'POST', body: fields })).ok);
    const other = org === '1' ? '11' : '1';
    const foreign = await call(other, 'POST', `${origin}/uploads/complete`, json({ token: ticket.token }));
    assert.equal(foreign.json.code, 'not_found');
    assert.equal((await call(org, 'POST', `${origin}/uploads/complete`, json({ token: ticket.token }))).status, 201);
  }

  for (const [org, other] of [
    ['1', '11'],
    ['11', '1'],
  ]) {
    assert.deepEqual(await names(org), [`direct-${org}.txt`, `form-${org}.csv`, `own-${org}.txt`]);
    for (const what of ['content', 'url']) {
      const { status, json } = await call(other, 'GET', `${files}/own-${org}.txt/${what}`);
      assert.deepEqual([status, json.code], [404, 'not_found']);
    }
  }
  const refused = [
    [await call('x', 'GET', files), 403, 'invalid_org'],
    [await call('1', 'PUT', `${files}/a.png`, { body: 'no png', type: 'image/png' }), 422, 'content_mismatch'],
    [await call('1', 'PUT', `${files}/a.svg`, { body: '<svg/>', type: 'image/svg+xml' }), 415, 'type_not_accepted'],
    [await call('1', 'PUT', `${files}/own-1.txt`, { body: 'again', type: 'text/plain' }), 409, 'already_exists'],
  ];
  for (const [{ status, json }, expected, code] of refused) assert.deepEqual([status, json.code], [expected, code]);
  assert.ok((await storage.contents()).keys.every((key) => /^(1|11)\//.test(key)));
}

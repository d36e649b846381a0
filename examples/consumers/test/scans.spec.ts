// test/scans.spec.ts
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SignJWT } from 'jose';
import { startTestStorage, type TestStorage } from 'nest-tenant-storage/testing';
import { AppModule } from '../src/app.module.js';

let storage: TestStorage;
let app: INestApplication;
let files: string;

beforeAll(async () => {
  process.env['JWT_SECRET'] = 'a secret of the tests, 32 bytes or more';
  storage = await startTestStorage();
  const module = await Test.createTestingModule({ imports: [AppModule.forRoot(storage.options)] }).compile();
  app = module.createNestApplication();
  await app.listen(0, '127.0.0.1');
  files = `${await app.getUrl()}/forms/7/fields/3/files`;
});

afterAll(async () => {
  await app.close();
  await storage.close(); // without it the runner does not end
});

async function as(org_id: string) {
  const key = Buffer.from(process.env['JWT_SECRET'] ?? '');
  const token = await new SignJWT({ org_id }).setProtectedHeader({ alg: 'HS256' }).setSubject('ada').sign(key);
  return { authorization: `Bearer ${token}` };
}

test('what organisation 1 stores, organisation 11 does not see', async () => {
  const headers = { ...(await as('1')), 'content-type': 'text/plain' };
  const stored = await fetch(`${files}/note.txt`, { method: 'PUT', headers, body: 'Blood pressure: 120/80' });
  expect(stored.status).toBe(200);
  expect((await fetch(`${files}/note.txt/content`, { headers: await as('11') })).status).toBe(404);
  expect((await storage.contents()).keys).toEqual(['1/uploads/forms/7/field_3/note.txt']);
});

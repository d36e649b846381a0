import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { proveIsolation, type ProofReport } from 'nest-tenant-storage/testing';
import { leaks } from './leaks.js';
import { kinds, LeakyModule } from './leaky.module.js';
import { tokenOf } from './sign-in.js';

let app: INestApplication;
let report: ProofReport;
beforeAll(async () => {
  app = await NestFactory.create(LeakyModule, { logger: false });
  report = await proveIsolation(app, {
    organisations: ['1', '11', '2'].map((id) => ({ id, token: tokenOf(id) })),
    publicRoutes: ['GET /download/:name'],
    samples: {
      ...Object.fromEntries(kinds.map((kind) => [`POST /${kind}`, { kind, text: '{mark}' }])),
      'POST /exports': { text: '{mark}' },
      'POST /uploads': { text: '{mark}' },
      'POST /uploads/complete': { token: '{token}' },
      'POST /tasks': { text: '{mark}' },
    },
  });
});
afterAll(() => app.close());

test.each(leaks.map(({ route, ...leak }) => [route, leak] as const))('%s is found', (route, { kind }) => {
  const found = report.findings.filter((finding) => finding.route === route);
  expect(found.map((finding) => finding.kind)).toEqual([kind]);
});

test('nothing else is found, and every route was tried', () => {
  const planted = new Set(leaks.map(({ route }) => route));
  expect(report.findings.filter(({ route }) => !planted.has(route))).toEqual([]);
  expect(report.unfilled).toEqual([]);
});

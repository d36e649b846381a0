// test/isolation.ts: call it from a test of any runner, with tokens of organisations made for it
import type { INestApplication } from '@nestjs/common';
import { proveIsolation } from 'nest-tenant-storage/testing';

export async function isolationOf(app: INestApplication, a: string, b: string, c: string) {
  const report = await proveIsolation(app, {
    organisations: [{ token: a }, { token: b }, { token: c }],
    publicRoutes: ['GET /health*'],
    samples: { audience: 'patient', 'POST /notes': { text: '{mark}' } },
  });
  // Expect both to be empty; `report.text()` says what was found and what was not tried.
  return { findings: report.findings, unfilled: report.unfilled };
}

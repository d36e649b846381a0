import { jest } from '@jest/globals';
import { Controller, Get, Param } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AuditArchiveService, FormUploadsService, parseOrgId } from 'nest-tenant-storage';
import { proveIsolation, type ProofOptions } from 'nest-tenant-storage/testing';
import { DemoModule } from '../src/demo.module.js';
import { startDemo, tokenOf, type Demo } from './demo.harness.js';
import { plantedFaults } from './fuzz/planted-faults.js';
import { runs } from './long.js';

const env = { RATE_LIMIT_PER_MINUTE: '0' };
const orgs = ['1', '11', '2'];

/** Swagger's route for what it does not have. */
const noOwnRoute = 'GET /api{path}';

const besideForms = ['documents', 'specialists', 'templates', 'audit-archive'].flatMap((root) =>
  ['GET', 'PUT', 'POST', 'DELETE'].map((method) => `${method} /api/${root}/*`),
);

async function prove(demo: Demo, more: Partial<ProofOptions> = {}) {
  await demo.app
    .get(AuditArchiveService, { strict: false })
    .append(parseOrgId('1'), { year: 2026, month: 1 }, [{ what: 'x' }]);
  return proveIsolation(demo.app, {
    organisations: await Promise.all(orgs.map(async (org) => ({ token: await tokenOf({ org }) }))),
    // So that the ticket's one request can be signed again.
    samples: { method: 'PUT' },
    publicRoutes: ['GET /api/health*', 'GET /api/docs*'],
    ...more,
  });
}

describe('the demo', () => {
  let demo: Demo;
  beforeEach(async () => {
    demo = await startDemo(env);
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await demo.close();
  });

  const seeds = Array.from({ length: runs(1, 6) }, (_, at) => at + 1);
  test.each(seeds)('keeps organisations apart: seed %i', async (seed) => {
    const report = await prove(demo, { seed, timedPairs: runs(1, 20) });
    expect(report.text()).toMatch(/^0 findings: /);
    expect(report.findings).toEqual([]);
    expect(report.unfilled.map(({ route }) => route)).toEqual([noOwnRoute]);
    expect(report.tried).toHaveLength(27);
  });

  const faults = { 'the organisation comes from a header': 'lured', 'a ticket serves anybody': 'ticket' } as const;
  test.each(Object.entries(faults))('is seen through when %s', async (name, kind) => {
    plantedFaults[name]!.plant(demo, demo.storage);
    const { findings } = await prove(demo, { skip: besideForms, timedPairs: 0 });
    expect(findings.map((finding) => finding.kind)).toContain(kind);
  });
});

@Controller('orgs/:orgId/forms/:formId/fields/:customFieldId/names')
class Unguarded {
  constructor(private readonly modules: ModuleRef) {}

  @Get()
  async names(@Param() { orgId, ...field }: { orgId: string; formId: string; customFieldId: string }) {
    const forms = this.modules.get(FormUploadsService, { strict: false });
    return (await forms.list(parseOrgId(orgId), field)).items.map(({ fileName }) => fileName);
  }
}

test('a route without a guard, added to the demo, is found', async () => {
  const module = DemoModule.forRoot.bind(DemoModule);
  jest.spyOn(DemoModule, 'forRoot').mockImplementation((config) => ({ ...module(config), controllers: [Unguarded] }));
  const demo = await startDemo(env);
  try {
    const { findings } = await prove(demo, { skip: besideForms, timedPairs: 0 });
    expect(findings.map(({ route, kind }) => [route, kind])).toEqual([
      ['GET /api/orgs/{orgId}/forms/{formId}/fields/{customFieldId}/names', 'open'],
    ]);
  } finally {
    jest.restoreAllMocks();
    await demo.close();
  }
});

import { jest } from '@jest/globals';
import { Controller, Get, Param } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { AuditArchiveService, FormUploadsService, parseOrgId } from 'nest-tenant-storage';
import { proveIsolation, type ProofOptions } from 'nest-tenant-storage/testing';
import { DemoModule } from '../src/demo.module.js';
import { startDemo, tokenOf, type Demo } from './demo.harness.js';
import { plantedFaults } from './fuzz/planted-faults.js';
import { isLong, runs } from './long.js';

const env = { RATE_LIMIT_PER_MINUTE: '0' };
const orgs = ['1', '11', '2'];

/** Nothing lies in the trash when the routes are filled; `trash.e2e-spec.ts` asks them as another organisation. */
const restores = [
  'forms/{formId}/fields/{customFieldId}',
  'specialists/{specialistId}/signature',
  'documents/{documentId}/{audience}',
  'templates/logo',
].map((place) => `POST /api/${place}/trash/restore`);
/** Swagger's route for what it does not have. */
const noOwnRoute = 'GET /api{path}';

const besideForms = ['documents', 'specialists', 'templates', 'audit-archive'].flatMap((root) =>
  ['GET', 'PUT', 'POST', 'DELETE'].map((method) => `${method} /api/${root}/*`),
);

/** The short run has one of each; how the proof itself works is held by its own specs in each run. */
const inLong = isLong ? test : test.skip;

async function prove(demo: Demo, more: Partial<ProofOptions> = {}) {
  await demo.app
    .get(AuditArchiveService, { strict: false })
    .append(parseOrgId('1'), { year: 2026, month: 1 }, [{ what: 'x' }]);
  return proveIsolation(demo.app, {
    organisations: await Promise.all(orgs.map(async (org) => ({ token: await tokenOf({ org }) }))),
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
    expect(report.unfilled.map(({ route }) => route)).toEqual([...restores, noOwnRoute]);
    expect(report.tried).toHaveLength(31);
  });

  inLong('keeps organisations apart as far as its router and its refusals say, with no document', async () => {
    // A month is nothing that one can find out.
    const samples = { year: 2026, month: 1 };
    const report = await prove(demo, { openapi: false, samples, timedPairs: 0 });
    expect(report.findings).toEqual([]);
    expect(report.unfilled.map(({ route }) => route)).toEqual([...restores, noOwnRoute]);
    expect(report.tried).toHaveLength(31);
  });

  const faults = { 'the organisation comes from a header': 'lured', 'a ticket serves anybody': 'ticket' } as const;
  test.each(Object.entries(faults).slice(0, runs(1, 2)))('is seen through when %s', async (name, kind) => {
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

const knownBy = [
  ['its document', undefined],
  ['no document', false],
] as const;
test.each(knownBy.slice(0, runs(1, 2)))(
  'a route without a guard, added to the demo, is found with %s',
  async (_known, openapi) => {
    const module = DemoModule.forRoot.bind(DemoModule);
    jest.spyOn(DemoModule, 'forRoot').mockImplementation((config) => ({ ...module(config), controllers: [Unguarded] }));
    const demo = await startDemo(env);
    try {
      const { findings } = await prove(demo, { openapi, skip: besideForms, timedPairs: 0 });
      expect(findings.map(({ route, kind }) => [route, kind])).toEqual([
        ['GET /api/orgs/{orgId}/forms/{formId}/fields/{customFieldId}/names', 'open'],
      ]);
    } finally {
      jest.restoreAllMocks();
      await demo.close();
    }
  },
);

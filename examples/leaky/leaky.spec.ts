import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { proveIsolation, type ProofReport } from 'nest-tenant-storage/testing';
import { leaks } from './leaks.js';
import { LeakyModule } from './leaky.module.js';
import { tokenOf } from './sign-in.js';

const adapters: Record<string, () => Promise<INestApplication>> = {
  Express: () => NestFactory.create(LeakyModule, { logger: false }),
  Fastify: () => NestFactory.create(LeakyModule, new FastifyAdapter(), { logger: false }),
};
/** What the proof may know besides the routes of the router. */
const descriptions: Record<string, (app: INestApplication) => object | false> = {
  'its OpenAPI document': (app) => SwaggerModule.createDocument(app, new DocumentBuilder().build()),
  'no document': () => false,
};
const ways = Object.keys(adapters).flatMap((adapter) => Object.keys(descriptions).map((known) => [adapter, known]));

describe.each(ways)('on %s, with %s and no samples', (adapter, known) => {
  let app: INestApplication;
  let report: ProofReport;
  beforeAll(async () => {
    app = await adapters[adapter]!();
    report = await proveIsolation(app, {
      organisations: ['1', '11', '2'].map((id) => ({ id, token: tokenOf(id) })),
      publicRoutes: ['GET /download/:name'],
      openapi: descriptions[known]!(app),
    });
  });
  afterAll(() => app.close());

  test.each(leaks.map(({ route, ...leak }) => [route, leak] as const))('%s is found', (route, { kind }) => {
    const found = report.findings.filter((finding) => finding.route === route);
    // A query that the document asks for is no lure: it is part of every request.
    const isAsked = known !== 'no document' && route === 'GET /invoices';
    expect(found.map((finding) => finding.kind)).toEqual([isAsked ? 'foreign data' : kind]);
  });

  test('nothing else is found, and every route was tried', () => {
    const planted = new Set(leaks.map(({ route }) => route));
    expect(report.findings.filter(({ route }) => !planted.has(route))).toEqual([]);
    expect(report.unfilled).toEqual([]);
  });
});

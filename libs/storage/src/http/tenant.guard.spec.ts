import { Controller, Get, UseFilters, UseGuards, type ExecutionContext, type INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { AddressInfo } from 'node:net';
import type { OrgId } from '../keys/org-id.js';
import type { StorageModuleOptions } from '../options/storage.options.js';
import { StorageModule } from '../storage.module.js';
import { storageSettings } from '../options/storage.settings.js';
import { StorageErrorFilter } from './storage-error.filter.js';
import { CurrentOrg, TenantGuard } from './tenant.guard.js';

@Controller()
@UseFilters(StorageErrorFilter)
class OrgController {
  @Get('guarded')
  @UseGuards(TenantGuard)
  guarded(@CurrentOrg() org: OrgId) {
    return { org };
  }

  @Get('open')
  open(@CurrentOrg() org: OrgId) {
    return { org };
  }
}

type Claimed = { headers: Record<string, string | undefined> };
const claims: Record<string, (claim: unknown) => unknown> = {
  'at once': (claim) => claim,
  'with a promise': (claim) => Promise.resolve(claim),
  'with a thenable': (claim) => ({
    then: (...args: Parameters<Promise<unknown>['then']>) => Promise.resolve(claim).then(...args),
  }),
};

let app: INestApplication;
let url: string;

async function start(orgOf: StorageModuleOptions['orgOf']): Promise<void> {
  const imports = [StorageModule.forRoot({ bucket: 'clinic-files', region: 'eu-central-1', orgOf })];
  const module = await Test.createTestingModule({ imports, controllers: [OrgController] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
}
afterEach(() => app.close());

describe.each(Object.entries(claims))('orgOf answers %s', (_name, answer) => {
  beforeEach(() => start(({ headers }: Claimed) => answer(JSON.parse(headers['x-claim'] ?? 'null'))));

  const get = async (path: string, claim?: unknown) => {
    const response = await fetch(`${url}/${path}`, { headers: { 'x-claim': JSON.stringify(claim ?? null) } });
    return { status: response.status, body: (await response.json()) as object };
  };

  test.each([
    ['1', '1'],
    ['11', '11'],
    [11, '11'],
  ])('%j is an organisation', async (claim, org) => {
    expect(await get('guarded', claim)).toEqual({ status: 200, body: { org } });
  });

  test.each([[null], [''], ['01'], ['1 '], [0], [1.5], [[1]], [{ org: '1' }], [true]])('%j is none', async (claim) => {
    const refused = { statusCode: 403, code: 'invalid_org', message: expect.any(String) };
    expect(await get('guarded', claim)).toEqual({ status: 403, body: refused });
  });

  test('each request has its own', async () => {
    const orgs = Array.from({ length: 40 }, (_, i) => (i % 2 ? '1' : '11'));
    const answers = await Promise.all(orgs.map((org) => get('guarded', org)));
    expect(answers.map(({ body }) => body)).toEqual(orgs.map((org) => ({ org })));
  });

  test('a route without the guard has no organisation, whatever the request claims', async () => {
    expect(await get('open', '1')).toMatchObject({ status: 403, body: { code: 'invalid_org' } });
  });
});

test.each([
  ['no user', undefined, /the request has no user\. Put the guard that signs in before TenantGuard/],
  ['a user of other claims', { sub: 'ada', tenant: '1' }, /user has sub, tenant\..*request\.user\.org_id.*orgOf/],
  ['an empty claim', { org_id: '' }, /must be a whole number/],
  ['a UUID', { org_id: 'c0ffee00-0000-4000-8000-000000000000' }, /must be a whole number/],
])('%s is told with where was looked, and no value', (_what, user, message) => {
  const guard = new TenantGuard(storageSettings({ bucket: 'clinic-files', region: 'eu-central-1' }));
  const context = { switchToHttp: () => ({ getRequest: () => ({ user }) }) } as unknown as ExecutionContext;
  expect(() => guard.canActivate(context)).toThrow(expect.objectContaining({ code: 'invalid_org' }));
  expect(() => guard.canActivate(context)).toThrow(message);
  expect(() => guard.canActivate(context)).not.toThrow(/ada|c0ffee/);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('no directory');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no directory'))],
])('an orgOf that %s lets nobody in', async (_name, orgOf) => {
  await start(orgOf);
  expect((await fetch(`${url}/guarded`)).status).toBe(500);
});

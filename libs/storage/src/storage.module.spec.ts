import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AuditArchiveService } from './kinds/audit-month.js';
import { FormUploadsService } from './kinds/form-upload.js';
import { TenantGuard } from './http/tenant.guard.js';
import { parseOrgId } from './keys/org-id.js';
import { StorageModule } from './storage.module.js';
import type { StorageModuleOptions } from './options/storage.options.js';
import { STORAGE_SETTINGS } from './storage.tokens.js';
import { InjectStorage, TenantStorage } from './tenant-storage.js';
import { startTestStorage, type TestStorage } from './testing/test-storage.js';

const options = { bucket: 'clinic-files', region: 'eu-central-1' };
const month = { year: '2026', month: '01' };

@Injectable()
class Options {
  create(): StorageModuleOptions {
    return { ...options, bucket: 'from-a-class' };
  }
}

@Module({ providers: [Options], exports: [Options] })
class OptionsModule {}

const compile = (...imports: object[]) => Test.createTestingModule({ imports: imports as never }).compile();
const started = async (...imports: object[]) => {
  const module = await compile(...imports);
  return module.init();
};

describe('the options come', () => {
  test.each([
    ['at once', () => StorageModule.forRoot({ ...options, bucket: 'at-once' }), 'at-once'],
    [
      'from a function',
      () =>
        StorageModule.forRootAsync({
          imports: [OptionsModule],
          inject: [Options],
          useFactory: (made: Options) => Promise.resolve(made.create()),
        }),
      'from-a-class',
    ],
    ['from a class', () => StorageModule.forRootAsync({ useClass: Options }), 'from-a-class'],
    [
      'from what another module has',
      () => StorageModule.forRootAsync({ imports: [OptionsModule], useExisting: Options } as never),
      'from-a-class',
    ],
  ])('%s', async (_how, store, bucket) => {
    const module = await started(store());
    expect(module.get<{ bucket: string }>(STORAGE_SETTINGS)).toMatchObject({ bucket });
    await module.close();
  });
});

@Injectable()
class Feature {
  constructor(
    readonly forms: FormUploadsService,
    readonly guard: TenantGuard,
  ) {}
}
@Module({ providers: [Feature] })
class FeatureModule {}

test.each([
  ['forRoot', () => StorageModule.forRoot({ ...options, isGlobal: true })],
  ['forRootAsync', () => StorageModule.forRootAsync({ isGlobal: true, useFactory: () => options })],
])('%s with isGlobal serves modules that do not import it', async (_how, store) => {
  const module = await started(store(), FeatureModule);
  expect(module.get(Feature, { strict: false }).forms).toBe(module.get(FormUploadsService));
  await module.close();
});

test('a module that lacks it is told what to import', async () => {
  await expect(compile(StorageModule.forRoot(options), FeatureModule)).rejects.toThrow(
    /FormUploadsService|StorageModule/,
  );
  @Module({ providers: [TenantGuard] })
  class OnlyGuard {}
  await expect(compile(StorageModule.forRoot(options), OnlyGuard)).rejects.toThrow(
    /TenantGuard.*import StorageModule\.forRoot\(…\) here, or a module that exports it, or say isGlobal: true/s,
  );
});

describe('several stores', () => {
  let first: TestStorage;
  let second: TestStorage;
  beforeAll(async () => {
    first = await startTestStorage();
    second = await startTestStorage();
  });
  afterAll(async () => {
    await first.close();
    await second.close();
  });

  @Injectable()
  class Months {
    constructor(
      @InjectStorage('archive') readonly archive: TenantStorage,
      @InjectStorage() readonly first: TenantStorage,
      readonly auditArchive: AuditArchiveService,
    ) {}
  }

  test.each([
    ['with the named one last', (a: object, b: object) => [a, b]],
    ['with the named one first', (a: object, b: object) => [b, a]],
  ])('an archive in a bucket of its own, %s', async (_how, order) => {
    await first.empty();
    await second.empty();
    const archive = StorageModule.forRootAsync({ name: 'archive', useFactory: () => second.options });
    @Module({ imports: order(StorageModule.forRoot(first.options), archive) as never, providers: [Months] })
    class App {}
    const module = await started(App);
    const months = module.get(Months, { strict: false });
    for (const id of ['1', '11']) await months.archive.auditArchive.append(parseOrgId(id), month, [{ id }]);
    expect((await second.contents()).keys).toEqual([
      'audit-archive/1/2026/01.jsonl.gz',
      'audit-archive/11/2026/01.jsonl.gz',
    ]);
    expect((await first.contents()).keys).toEqual([]);
    expect(months.first.auditArchive).toBe(months.auditArchive);
    expect(months.first.events).not.toBe(months.archive.events);
    await module.close();
  });

  test('a named store offers nothing under the names of the first', async () => {
    const module = await started(StorageModule.forRoot({ ...options, name: 'archive', isGlobal: true }));
    @Injectable()
    class Wants {
      constructor(@Inject(AuditArchiveService) readonly archive: AuditArchiveService) {}
    }
    @Module({ imports: [StorageModule.forRoot({ ...options, name: 'archive' })], providers: [Wants] })
    class App {}
    await expect(compile(App)).rejects.toThrow(/AuditArchiveService/);
    await module.close();
  });

  test.each([
    ['without a name', {}, {}, /called 2 times without a name.*name of its own/],
    ['of one name', { name: 'archive' }, { name: 'archive' }, /called 2 times with the name "archive"/],
  ])('two %s are refused at boot, wherever they stand', async (_what, one, other, message) => {
    @Module({ imports: [StorageModule.forRoot({ ...options, bucket: 'another', ...other })] })
    class Elsewhere {}
    await expect(started(StorageModule.forRoot({ ...options, ...one }), Elsewhere)).rejects.toThrow(message);
  });

  test('one module object imported twice is one store', async () => {
    const store = StorageModule.forRoot(options);
    @Module({ imports: [store] })
    class Elsewhere {}
    const module = await started(store, Elsewhere);
    expect(module.get(TenantStorage)).toBeInstanceOf(TenantStorage);
    await module.close();
  });

  test('an absent store is named in what Nest says', async () => {
    @Module({ imports: [StorageModule.forRoot(options)], providers: [Months] })
    class App {}
    await expect(compile(App)).rejects.toThrow(/TenantStorage "archive" of StorageModule\.forRoot\(\{ name \}\)/);
  });
});

test.each([[''], [' '], [7]])('%j is no name', (name) => {
  expect(() => StorageModule.forRoot({ ...options, name: name as string })).toThrow('name must be text');
});

test.each(['isGlobal', 'name'])('%s inside of useFactory is told where it belongs', async (name) => {
  const store = StorageModule.forRootAsync({ useFactory: () => ({ ...options, [name]: 'x' }) });
  await expect(compile(store)).rejects.toThrow(`${name} stands beside useFactory`);
});

test.each([[undefined], [null], ['clinic-files']])('forRoot(%j) says that there are no options', (given) => {
  expect(() => StorageModule.forRoot(given as never)).toThrow(/StorageModule options are/);
});

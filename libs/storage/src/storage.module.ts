import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import type { S3Client } from '@aws-sdk/client-s3';
import { BucketDoctor } from './bucket/bucket-doctor.js';
import { AuditArchiveService } from './kinds/audit-month.js';
import { DocumentsService } from './kinds/document.js';
import { FormUploadsService } from './kinds/form-upload.js';
import { SignaturesService } from './kinds/signature.js';
import { TemplatesService } from './kinds/logo.js';
import { TenantGuard } from './http/tenant.guard.js';
import { ObjectStore } from './store/object-store.js';
import { OrgClients } from './store/client/org-clients.js';
import { Presigner } from './store/signing/presigner.js';
import { createServingClient, S3_CLIENT } from './store/client/s3-client.js';
import { UploadEndings } from './direct/completion.js';
import { StorageEvents } from './files/events.js';
import { FileAccess } from './files/reads/file-access.js';
import { Files } from './files/files.js';
import { Gates } from './files/gates/gates.js';
import { StreamedUploads } from './files/uploads/streamed-uploads.js';
import { UploadWatch } from './files/uploads/upload-watch.js';
import { Journal } from './journal/journal.js';
import { OrgGate } from './org/control/org-gate.js';
import { Erasure } from './org/erasure/erasure.js';
import { Holds } from './org/holds/holds.js';
import { Trash } from './org/trash/trash.js';
import { VersionStore } from './store/versions/version-store.js';
import { StorageError } from './storage.error.js';
import {
  ConfigurableModuleClass,
  STORAGE_OPTIONS,
  type ASYNC_OPTIONS_TYPE,
  type OPTIONS_TYPE,
} from './storage.module-definition.js';
import { storageSettings, type StorageSettings } from './options/storage.settings.js';
import { getStorageToken, STORAGE_SETTINGS } from './storage.tokens.js';
import { StorageHealth } from './storage-health.js';
import { STORE_NAME, StoreLife } from './store-life.js';
import { telemetryOf } from './telemetry/telemetry-of.js';
import { TenantStorage } from './tenant-storage.js';
import { DirectUploads } from './files/uploads/direct-uploads.js';

const JOURNAL = Symbol('the journal of StorageModule');

const offered = [
  StorageHealth,
  Files,
  FormUploadsService,
  SignaturesService,
  DocumentsService,
  TemplatesService,
  AuditArchiveService,
  DirectUploads,
  Trash,
  Holds,
  Erasure,
  StorageEvents,
  BucketDoctor,
  TenantGuard,
  TenantStorage,
];

const providers: Provider[] = [
  { provide: STORAGE_SETTINGS, inject: [STORAGE_OPTIONS], useFactory: storageSettings },
  {
    provide: S3_CLIENT,
    inject: [STORAGE_SETTINGS],
    useFactory: (settings: StorageSettings) => createServingClient(settings),
  },
  {
    provide: OrgClients,
    inject: [STORAGE_SETTINGS, S3_CLIENT],
    useFactory: (settings: StorageSettings, client: S3Client) => new OrgClients(settings, client),
  },
  {
    provide: ObjectStore,
    inject: [STORAGE_SETTINGS, OrgClients],
    useFactory: (settings: StorageSettings, clients: OrgClients) =>
      new ObjectStore(settings, clients, new Presigner(settings)),
  },
  {
    provide: VersionStore,
    inject: [STORAGE_SETTINGS, OrgClients, ObjectStore],
    useFactory: (settings: StorageSettings, clients: OrgClients, store: ObjectStore) =>
      new VersionStore(settings, clients, store),
  },
  {
    provide: Gates,
    inject: [STORAGE_SETTINGS, ObjectStore, JOURNAL],
    useFactory: (settings: StorageSettings, store: ObjectStore, journal: Journal | undefined) => {
      const control = settings.orgControl ? [new OrgGate(store, settings.orgControlFreshMs)] : [];
      return new Gates([...control, ...settings.gates, ...(journal ? [journal] : [])], telemetryOf(settings));
    },
  },
  {
    provide: JOURNAL,
    inject: [STORAGE_SETTINGS],
    useFactory: ({ journal }: StorageSettings) => journal && new Journal(journal),
  },
  {
    provide: UploadEndings,
    inject: [STORAGE_SETTINGS, ObjectStore],
    useFactory: (settings: StorageSettings, store: ObjectStore) => new UploadEndings(settings, store),
  },
  FileAccess,
  StreamedUploads,
  UploadWatch,
  StoreLife,
  ...offered,
];

/** A store beside the first: all the same inside, and one thing to be had. */
@Module({ providers })
class NamedStorageModule {}

/**
 * Private file storage for many organisations in one bucket.
 *
 *     imports: [StorageModule.forRoot({ bucket: 'clinic-files', region: 'eu-central-1' })]
 *
 * There is no `forFeature`: what kinds of files there are is nothing that has to be registered.
 */
@Module({
  providers,
  // The settings too: a guard on a consumer's controller is built inside the consumer's module.
  exports: [STORAGE_SETTINGS, S3_CLIENT, ObjectStore, ...offered],
})
export class StorageModule extends ConfigurableModuleClass {
  /** `isGlobal` and `name` stand beside the store's options. */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    if (typeof options !== 'object' || options === null) storageSettings(options);
    return called(options.name, super.forRoot(options));
  }

  /** `useFactory` with `inject`, `useClass` or `useExisting` with a method `create`; `isGlobal` and `name` stand beside them. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return called(options.name, super.forRootAsync(options));
  }
}

function called(name: string | undefined, definition: DynamicModule): DynamicModule {
  const ofThisStore = [...(definition.providers ?? []), { provide: STORE_NAME, useValue: name ?? '' }];
  if (name === undefined) return { ...definition, providers: ofThisStore };
  if (typeof name !== 'string' || name.trim() === '') {
    throw new StorageError('misconfigured', 'StorageModule: name must be text, or left out for the first store.');
  }
  const token = getStorageToken(name);
  return {
    ...definition,
    module: NamedStorageModule,
    providers: [...ofThisStore, { provide: token, useExisting: TenantStorage }],
    exports: [token],
  };
}

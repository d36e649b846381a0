import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { S3Client } from '@aws-sdk/client-s3';
import { BucketDoctor } from './bucket/bucket-doctor.js';
import { AuditArchiveService } from './kinds/audit-month.js';
import { DocumentsService } from './kinds/document.js';
import { FormUploadsService } from './kinds/form-upload.js';
import { SignaturesService } from './kinds/signature.js';
import { TemplatesService } from './kinds/logo.js';
import { TenantGuard } from './http/tenant.guard.js';
import { ObjectStore } from './s3/object-store.js';
import { OrgClients } from './s3/org-clients.js';
import { Presigner } from './s3/presigner.js';
import { createServingClient, S3_CLIENT } from './s3/s3-client.js';
import { UploadEndings } from './direct/completion.js';
import { StorageEvents } from './files/events.js';
import { FileAccess } from './files/file-access.js';
import { Files } from './files/files.js';
import { Gates } from './files/gates.js';
import { StreamedUploads } from './files/streamed-uploads.js';
import { UploadWatch } from './files/upload-watch.js';
import { ConfigurableModuleClass, STORAGE_OPTIONS } from './storage.module-definition.js';
import { storageSettings, type StorageSettings } from './storage.settings.js';
import { STORAGE_SETTINGS } from './storage.tokens.js';
import { DirectUploads } from './files/direct-uploads.js';

/** How long a listener that does not end may hold a shutdown up. */
const drainMs = 10_000;

const afterMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

const offered = [
  Files,
  FormUploadsService,
  SignaturesService,
  DocumentsService,
  TemplatesService,
  AuditArchiveService,
  DirectUploads,
  StorageEvents,
  BucketDoctor,
  TenantGuard,
];

/**
 * Private file storage for many organisations in one bucket.
 *
 *     imports: [StorageModule.forRoot({ bucket: 'clinic-files', region: 'eu-central-1' })]
 */
@Module({
  providers: [
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
      provide: Gates,
      inject: [STORAGE_SETTINGS],
      useFactory: ({ gates }: StorageSettings) => new Gates(gates),
    },
    {
      provide: UploadEndings,
      inject: [STORAGE_SETTINGS, ObjectStore],
      useFactory: (settings: StorageSettings, store: ObjectStore) => new UploadEndings(settings, store),
    },
    FileAccess,
    StreamedUploads,
    UploadWatch,
    ...offered,
  ],
  // The settings too: a guard on a consumer's controller is built inside the consumer's module.
  exports: [STORAGE_SETTINGS, S3_CLIENT, ObjectStore, ...offered],
})
export class StorageModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(
    @Inject(S3_CLIENT) private readonly client: S3Client,
    private readonly clients: OrgClients,
    private readonly events: StorageEvents,
  ) {
    super();
  }

  /** After the last request: the connections that still carry bytes must not be cut, and listeners are heard out. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.events.drain(), afterMs(drainMs)]);
    this.clients.destroy();
    this.client.destroy();
  }
}

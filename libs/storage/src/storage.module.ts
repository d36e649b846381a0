import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { S3Client } from '@aws-sdk/client-s3';
import { BucketDoctor } from './bucket/bucket-doctor.js';
import { AuditArchiveService } from './domains/audit-archive.service.js';
import { DocumentsService } from './domains/documents.service.js';
import { FormUploadsService } from './domains/form-uploads.service.js';
import { SignaturesService } from './domains/signatures.service.js';
import { TemplatesService } from './domains/templates.service.js';
import { TenantGuard } from './http/tenant.guard.js';
import { ObjectStore } from './s3/object-store.js';
import { OrgClients } from './s3/org-clients.js';
import { Presigner } from './s3/presigner.js';
import { createServingClient, S3_CLIENT } from './s3/s3-client.js';
import { StorageEvents } from './storage.events.js';
import { ConfigurableModuleClass, STORAGE_OPTIONS } from './storage.module-definition.js';
import { storageSettings, type StorageSettings } from './storage.settings.js';
import { STORAGE_SETTINGS } from './storage.tokens.js';
import { DirectUploads } from './uploads/direct-uploads.js';

const offered = [
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
    ...offered,
  ],
  // The settings too: a guard on a consumer's controller is built inside the consumer's module.
  exports: [STORAGE_SETTINGS, S3_CLIENT, ObjectStore, ...offered],
})
export class StorageModule extends ConfigurableModuleClass implements OnApplicationShutdown {
  constructor(
    @Inject(S3_CLIENT) private readonly client: S3Client,
    private readonly clients: OrgClients,
  ) {
    super();
  }

  /** After the last request: the connections that still carry bytes must not be cut. */
  onApplicationShutdown(): void {
    this.clients.destroy();
    this.client.destroy();
  }
}

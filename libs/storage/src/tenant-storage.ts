import { Inject, Injectable } from '@nestjs/common';
import { BucketDoctor } from './bucket/bucket-doctor.js';
import { AuditArchiveService } from './kinds/audit-month.js';
import { DocumentsService } from './kinds/document.js';
import { FormUploadsService } from './kinds/form-upload.js';
import { SignaturesService } from './kinds/signature.js';
import { TemplatesService } from './kinds/logo.js';
import { StorageHealth } from './storage-health.js';
import { ObjectStore } from './store/object-store.js';
import { StorageEvents } from './files/events.js';
import { Files } from './files/files.js';
import { Holds } from './org/holds/holds.js';
import { Trash } from './org/trash/trash.js';
import { getStorageToken } from './storage.tokens.js';
import { DirectUploads } from './files/uploads/direct-uploads.js';

/** All that one store offers, where an application has several: `@InjectStorage('archive') archive: TenantStorage`. */
@Injectable()
export class TenantStorage {
  constructor(
    readonly files: Files,
    readonly forms: FormUploadsService,
    readonly signatures: SignaturesService,
    readonly documents: DocumentsService,
    readonly templates: TemplatesService,
    readonly auditArchive: AuditArchiveService,
    readonly directUploads: DirectUploads,
    readonly trash: Trash,
    readonly holds: Holds,
    readonly events: StorageEvents,
    readonly objects: ObjectStore,
    readonly doctor: BucketDoctor,
    readonly health: StorageHealth,
  ) {}
}

/** The store of `StorageModule.forRoot({ name, … })`; without a name the application's first one. */
export const InjectStorage = (name?: string): PropertyDecorator & ParameterDecorator =>
  Inject(name === undefined ? TenantStorage : getStorageToken(name));

export { StorageModule } from './storage.module.js';
export type { StorageModuleExtras } from './storage.module-definition.js';
export { InjectStorage, TenantStorage } from './tenant-storage.js';
export type {
  Encryption,
  Limits,
  StaticCredentials,
  StorageModuleOptions,
  StoreCapabilities,
  TenantRole,
  Timeouts,
} from './storage.options.js';
export type { StorageSettings } from './storage.settings.js';
export { getStorageToken, STORAGE_SETTINGS } from './storage.tokens.js';
export { StorageError, storageErrorCodes, type StorageErrorCode } from './storage.error.js';
export { StorageEvents, type StorageEvent } from './files/events.js';
export type { Place } from './keys/place.js';
export { maxFileBytes, readUrlSeconds, writeUrlSeconds } from './storage.policy.js';

export { parseOrgId, type OrgId } from './keys/org-id.js';
export { belongsToOrg, inOrg, orgScopedKey, prefixInOrg, type KeyPrefix, type ObjectKey } from './keys/object-key.js';
export {
  layout,
  type Audience,
  type AuditMonthPlace,
  type DocumentPlace,
  type FormFieldPlace,
  type FormFilePlace,
  type SignaturePlace,
} from './keys/layout.js';
export { parseFileName, type FileName } from './keys/file-name.js';
export {
  acceptedType,
  acceptedTypes,
  acceptedWith,
  type AcceptedType,
  type AcceptOption,
} from './content/accepted-types.js';
export { acceptDeclared, admitDeclared } from './content/declared-type.js';

export { createS3Client, S3_CLIENT } from './s3/s3-client.js';
export { onBehalfOf } from './s3/org-guard.js';
export { ObjectStore } from './s3/object-store.js';
export type { CopyOptions, ObjectPage, ObjectStream, PutOptions, ReadOptions } from './s3/object-requests.js';
export type { ObjectInfo } from './s3/object-info.js';

export { fileKind, type FileKind, type FileKindDeclaration, type PlaceOf } from './files/file-kind.js';
export { Files, type UploadOptions } from './files/files.js';
export type { AccessSubject, FileGate, FileSubject, Inspection, UploadEnding, UploadSubject } from './files/gate.js';
export type { By, ByteSource, IncomingBytes, IncomingFile } from './files/incoming.js';
export type { FilePage, ListOptions } from './files/listing.js';
export type { DownloadOptions, FileStream, ReadUrl } from './files/outgoing.js';
export type { StoredFile } from './files/stored-file.js';
export { DirectUploads, type SignedStep } from './files/direct-uploads.js';
export type { UploadPromise, UploadTicket } from './direct/upload-promise.js';
export type { UploadStep } from './direct/upload-requests.js';

export { auditMonth, AuditArchiveService } from './kinds/audit-month.js';
export { document, DocumentsService } from './kinds/document.js';
export { formUpload, FormUploadsService } from './kinds/form-upload.js';
export { logo, TemplatesService } from './kinds/logo.js';
export { signature, SignaturesService } from './kinds/signature.js';

export { ReceivedFile, ReceivedFiles } from './http/received-file.js';
export { eicarScanner } from './scan/eicar.js';
export { scannerGate } from './scan/scanner-gate.js';
export type { ContentScanner, Scan, ScannedBy, Verdict } from './scan/content-scanner.js';

export { CurrentOrg, TenantGuard } from './http/tenant.guard.js';
export { StorageErrorFilter } from './http/storage-error.filter.js';
export { answerOf, type ErrorAnswer } from './http/error-answer.js';
export { requireFlatBody } from './http/flat-body.js';
export { logText, redacted } from './http/log-text.js';
export { leaveFilesUnread, type HttpRequest, type HttpResponse } from './http/platform.js';
export { dropRest, receiveFile, receiveFiles } from './http/receive-file.js';
export { readOptionsOf, sendFile, type SendOptions } from './http/send-file.js';

export { bucketPolicy } from './bucket/bucket-policy.js';
export type { BucketOptions, BucketRules } from './bucket/bucket.options.js';
export type { StoreProfile } from './bucket/store-profile.js';
export type { PolicyDocument, PolicyStatement } from './bucket/policy-document.js';
export {
  bucketEncryption,
  bucketOwnership,
  bucketVersioning,
  corsRules,
  lifecycleRules,
  publicAccessBlock,
} from './bucket/bucket-settings.js';
export { appPolicy, archiverPolicy, tenantRolePolicy, tenantTrustPolicy } from './bucket/iam-policies.js';
export { checkBucket, type BucketReport, type Finding } from './bucket/check-bucket.js';
export { BucketDoctor } from './bucket/bucket-doctor.js';
export { provision, type ProvisionOptions, type ProvisionStep } from './bucket/provision.js';

export { StorageModule } from './storage.module.js';
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
export { STORAGE_SETTINGS } from './storage.tokens.js';
export { StorageError, type StorageErrorCode } from './storage.error.js';
export { StorageEvents, type Place, type Purpose, type StorageEvent } from './storage.events.js';
export { maxFileBytes, readUrlSeconds, writeUrlSeconds } from './storage.policy.js';

export { parseOrgId, type OrgId } from './keys/org-id.js';
export { belongsToOrg, orgScopedKey, type KeyPrefix, type ObjectKey } from './keys/object-key.js';
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

export { FormUploadsService, type FilePage, type FormUploadOptions } from './domains/form-uploads.service.js';
export { SignaturesService } from './domains/signatures.service.js';
export { DocumentsService } from './domains/documents.service.js';
export { TemplatesService } from './domains/templates.service.js';
export { AuditArchiveService } from './domains/audit-archive.service.js';
export {
  openFile,
  readUrl,
  type By,
  type DownloadOptions,
  type FileStream,
  type IncomingBytes,
  type IncomingFile,
  type ReadUrl,
} from './domains/file-access.js';

export { DirectUploads, type SignedStep } from './uploads/direct-uploads.js';
export { streamUpload } from './uploads/stream-upload.js';
export type { StoredFile } from './uploads/stored-file.js';
export type { UploadPromise, UploadTarget, UploadTicket } from './uploads/upload-target.js';
export type { UploadStep } from './uploads/upload-requests.js';

export { CurrentOrg, TenantGuard } from './http/tenant.guard.js';
export { StorageErrorFilter } from './http/storage-error.filter.js';
export { answerOf, type ErrorAnswer } from './http/error-answer.js';
export { requireFlatBody } from './http/flat-body.js';
export { logText, redacted } from './http/log-text.js';
export { dropRest, receiveFile, receiveFiles, type ReceivedFile } from './http/receive-file.js';
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

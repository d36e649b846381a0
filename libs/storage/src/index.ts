export { StorageModule } from './storage.module.js';
export type { StorageModuleExtras } from './storage.module-definition.js';
export { InjectStorage, TenantStorage } from './tenant-storage.js';
export type {
  Encryption,
  Limits,
  StaticCredentials,
  StorageModuleOptions,
  TenantRole,
  Timeouts,
} from './options/storage.options.js';
export type { KmsKeyOf, WriteEncryption } from './options/encryption.js';
export type { AuditOptions, AuditRetention } from './options/audit.options.js';
export type { AuditSigner, RemoteSigner } from './audit/signer.js';
export type { StorageSettings } from './options/storage.settings.js';
export type { TelemetryOptions } from './telemetry/telemetry.js';
export { getStorageToken, STORAGE_SETTINGS } from './storage.tokens.js';
export { StorageError, storageErrorCodes, type StorageErrorCode } from './storage.error.js';
export { StorageHealth, type HealthResult } from './storage-health.js';
export { StorageEvents, type StorageEvent } from './files/events.js';
export type { Place } from './keys/place.js';
export { maxFileBytes, readUrlSeconds, writeUrlSeconds } from './storage.policy.js';

export { parseOrgId, type OrgId } from './keys/org-id.js';
export {
  areaPrefixes,
  belongsToOrg,
  inOrg,
  orgScopedKey,
  prefixInOrg,
  type KeyPrefix,
  type ObjectKey,
} from './keys/object-key.js';
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

export { createS3Client, S3_CLIENT } from './store/client/s3-client.js';
export { onBehalfOf } from './store/client/org-guard.js';
export { ObjectStore } from './store/object-store.js';
export type {
  CopyOptions,
  ObjectPage,
  ObjectStream,
  PutOptions,
  ReadOptions,
  Retention,
} from './store/object-requests.js';
export type { ObjectInfo } from './store/object-info.js';

export { fileKind, type FileKind, type FileKindDeclaration, type PlaceOf } from './files/file-kind.js';
export { Files } from './files/files.js';
export type { Examined, SentObject } from './files/gates/gate.js';
export type {
  AccessSubject,
  FileGate,
  FileSubject,
  GivenFile,
  Inspection,
  RefusedSubject,
  RemovalSubject,
  UploadEnding,
  UploadSubject,
} from './files/gates/gate.js';
export type { Beside, By, ByteSource, IncomingBytes, IncomingFile, UploadOptions } from './files/incoming.js';
export type { FilePage, ListOptions } from './files/reads/listing.js';
export type { DownloadOptions, FileStream, ReadUrl } from './files/reads/outgoing.js';
export type { StoredFile } from './files/reads/stored-file.js';
export { DirectUploads, type SignedStep } from './files/uploads/direct-uploads.js';
export type { DeclaredUpload, UploadTicket } from './direct/declared-upload.js';
export type { UploadStep } from './direct/upload-requests.js';

export type { JournalOptions } from './options/journal.options.js';
export { fileSink, jsonLinesSink, type FileSinkOptions } from './journal/json-lines-sink.js';
export type { JournalOutcome, JournalRecord, JournalSink, JournalVerb } from './journal/journal-record.js';
export { auditMonth, AuditArchiveService, type ArchivedMonth, type AppendOptions } from './kinds/audit-month.js';
export { document, DocumentsService } from './kinds/document.js';
export { formUpload, FormUploadsService } from './kinds/form-upload.js';
export { logo, TemplatesService } from './kinds/logo.js';
export { signature, SignaturesService } from './kinds/signature.js';

export { ReceivedFile, ReceivedFiles } from './http/received-file.js';
export { guardDutyGate, type GuardDutyOptions } from './scan/guardduty.js';
export { Erasure } from './org/erasure/erasure.js';
export type { ErasurePlan } from './org/erasure/org-erasure.js';
export type { ErasureOptions, ErasureProgress } from './org/erasure/erase.js';
export {
  certificateMistake,
  keyToDelete,
  readCertificate,
  type Certificate,
  type ErasureStatement,
  type LeftEntry,
} from './org/erasure/certificate.js';
export { Holds, type PlacedHold } from './org/holds/holds.js';
export type { Hold } from './org/control/hold-records.js';
export { Trash, type TrashListOptions } from './org/trash/trash.js';
export type { FileVersion, TrashedFile, TrashPage } from './org/trash/trash-list.js';
export { eicarScanner } from './scan/eicar.js';
export { reachOf, requireReach, type ScannerReach } from './scan/reach.js';
export { rescan, type Rescanned, type RescanOptions } from './scan/rescan.js';
export { scannerGate, type ScannerGateOptions } from './scan/scanner-gate.js';
export type { ContentScanner, Scan, ScannedBy, Verdict } from './scan/content-scanner.js';

export { CurrentOrg, provenOrg, TenantGuard } from './http/tenant.guard.js';
export { StorageErrorFilter } from './http/storage-error.filter.js';
export { answerOf, type ErrorAnswer } from './http/error-answer.js';
export { requireFlatBody, requireFlatJson } from './http/flat-body.js';
export { logText, redacted } from './http/log-text.js';
export { leaveFilesUnread, type HttpRequest, type HttpResponse } from './http/platform.js';
export { dropRest, receiveFile, receiveFiles } from './http/receive-file.js';
export { readOptionsOf, sendFile, type SendOptions } from './http/send-file.js';

export { bucketPolicy } from './bucket/desired/bucket-policy.js';
export type { BucketOptions, BucketRules } from './bucket/desired/bucket.options.js';
export {
  storePresets,
  type StoreCapabilities,
  type StoreName,
  type StoreProfile,
  type StoreSettings,
} from './options/store-presets.js';
export type { PolicyDocument, PolicyStatement } from './bucket/desired/policy-document.js';
export {
  bucketEncryption,
  bucketOwnership,
  bucketVersioning,
  corsRules,
  lifecycleRules,
  publicAccessBlock,
} from './bucket/desired/bucket-settings.js';
export {
  appPolicy,
  archiverPolicy,
  officerPolicy,
  tenantRolePolicy,
  tenantTrustPolicy,
} from './bucket/desired/iam-policies.js';
export { importPolicy, movePolicy } from './bucket/desired/moving-policies.js';
export { checkBucket, type BucketReport, type Finding } from './bucket/apply/check-bucket.js';
export { BucketDoctor } from './bucket/bucket-doctor.js';
export { provision, type ProvisionOptions, type ProvisionStep } from './bucket/apply/provision.js';

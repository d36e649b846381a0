export type { Clock } from './controls/clock.js';
export type { Fault, Faults } from './controls/faults.js';
export type { Features } from './controls/features.js';
export type { KmsKey, KmsKeys } from './account/kms-keys.js';
export type { RequestLog, RequestRecord } from './controls/request-log.js';
export type { Credentials, EmbeddedRole, EmbeddedS3Options, EmbeddedUser } from './options.js';
export {
  evaluateAccess,
  evaluatePolicy,
  explain,
  isPublic,
  parsePolicy,
  PolicyError,
  type Access,
  type ContextValue,
  type Decision,
  type PolicyDocument,
  type PolicyKind,
  type PolicyRequest,
  type PolicyStatement,
  type Principal,
  type StatementTrace,
} from './policy/index.js';
export { startEmbeddedS3, type EmbeddedS3 } from './server.js';
export { FolderInUseError } from './store/folder-lock.js';

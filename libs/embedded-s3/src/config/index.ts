export {
  encryptionOf,
  ownershipOf,
  publicAccessBlockOf,
  settingOf,
  withCreationHeaders,
  withoutSetting,
  withSetting,
} from './bucket-settings.js';
export { corsAnswer, parseCors, type CorsRule } from './cors.js';
export { parseEncryption } from './encryption.js';
export { parseLifecycle } from './lifecycle.js';
export { isUploadDue, planKey } from './lifecycle-plan.js';
export { checkCannedAcl, parseOwnership } from './ownership.js';
export { parsePublicAccessBlock } from './public-access.js';

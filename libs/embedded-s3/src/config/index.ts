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
export { only } from './elements.js';
export { parseEncryption } from './encryption.js';
export { LIFECYCLE_LIMITS, parseLifecycle, withRuleIds, type LifecycleRule } from './lifecycle.js';
export { expiryOf, isUploadDue, planKey } from './lifecycle-plan.js';
export { checkCannedAcl, parseOwnership } from './ownership.js';
export { parsePublicAccessBlock } from './public-access.js';

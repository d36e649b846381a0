export { corsAnswer, parseCors, type CorsRule } from './cors.js';
export { DEFAULT_ENCRYPTION, parseEncryption } from './encryption.js';
export { parseLifecycle, type LifecycleRule } from './lifecycle.js';
export { isUploadDue, planKey } from './lifecycle-plan.js';
export { checkCannedAcl, DEFAULT_OWNERSHIP, parseOwnership, type ObjectOwnership } from './ownership.js';
export { DEFAULT_PUBLIC_ACCESS_BLOCK, parsePublicAccessBlock, type PublicAccessBlock } from './public-access.js';

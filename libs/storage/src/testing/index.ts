export { startTestStorage, type TestStorage, type TestStorageOptions } from './test-storage.js';
export { hostileSamples, samples, type Sample } from './samples.js';
export * from '../../../embedded-s3/src/index.js';
export * from './attacks/index.js';
export * from './prove/index.js';

export { startTestStorage, type TestStorage, type TestStorageOptions } from './test-storage.js';
export { hostileSamples, samples, type Sample } from './samples.js';
export * from '../../../embedded-s3/src/index.js';

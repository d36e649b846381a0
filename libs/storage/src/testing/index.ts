export { startTestStorage, type TestStorage, type TestStorageOptions } from './test-storage.js';
export { hostileSamples, samples, type Sample } from './samples.js';
export * from '@nest-tenant-storage/embedded-s3';

export {
  checkDigest,
  checksumAlgorithms,
  digestOf,
  elementOf,
  headerOf,
  readAlgorithm,
  type ChecksumAlgorithm,
} from './algorithms.js';
export { ContentDigest, type ContentDigests } from './content-digest.js';
export { expectedChecksums, isChecksummed, type ExpectedChecksums } from './expected.js';
export { combineChecksums, multipartChecksum } from './multipart.js';

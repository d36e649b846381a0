/** @returns {[string, object]} */
const swc = (/** @type {'es6' | 'commonjs'} */ type) => [
  '@swc/jest',
  {
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type },
  },
];

// The SDK's documented switch: what it says of Node 20 once a process, each suite would say again.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/**
 * `npm test` starts it with more room for what is young, and a collector without threads of its own: each core has a
 * worker, and an eighth of the processor time of all tests went into it. PGlite is compiled once and not again for speed,
 * which took more than it gave.
 *
 * In JavaScript: a configuration in TypeScript is compiled and checked before each run, for three seconds.
 *
 * @type {import('jest').Config}
 */
export default {
  rootDir: '.',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/examples'],
  // Libraries are loaded once in a worker, not anew for each file: a third of the time of all tests went into that.
  testEnvironment: '<rootDir>/jest.environment.cjs',
  runtime: '<rootDir>/jest.runtime.cjs',
  testSequencer: '<rootDir>/jest.sequencer.cjs',
  setupFiles: ['<rootDir>/jest.setup.js'],
  testRegex: '\\.(e2e-)?spec\\.ts$',
  moduleFileExtensions: ['js', 'ts', 'cts', 'mjs', 'cjs', 'json', 'node'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': swc('es6'),
    '^.+\\.cts$': swc('commonjs'),
  },
  moduleNameMapper: {
    '^nest-tenant-storage$': '<rootDir>/libs/storage/src/index.ts',
    '^nest-tenant-storage/catalog$': '<rootDir>/libs/storage/src/catalog/index.ts',
    '^nest-tenant-storage/clamav$': '<rootDir>/libs/storage/src/scan/clamd.ts',
    '^nest-tenant-storage/testing$': '<rootDir>/libs/storage/src/testing/index.ts',
    '^@nest-tenant-storage/embedded-s3$': '<rootDir>/libs/embedded-s3/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^(\\.{1,2}/(?:.*/)?(?:sdk|api))\\.cjs$': '$1.cts',
  },
  maxWorkers: '100%',
  // Room on a busy machine: nothing is judged by how long it takes.
  testTimeout: 600_000,
};

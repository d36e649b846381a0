import type { Config } from 'jest';

const swc = (type: 'es6' | 'commonjs'): [string, object] => [
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

const config: Config = {
  rootDir: '.',
  roots: ['<rootDir>/apps', '<rootDir>/libs'],
  testEnvironment: 'node',
  testRegex: '\\.(e2e-)?spec\\.ts$',
  moduleFileExtensions: ['js', 'ts', 'cts', 'mjs', 'cjs', 'json', 'node'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': swc('es6'),
    '^.+\\.cts$': swc('commonjs'),
  },
  moduleNameMapper: {
    '^nest-tenant-storage$': '<rootDir>/libs/storage/src/index.ts',
    '^nest-tenant-storage/testing$': '<rootDir>/libs/storage/src/testing/index.ts',
    '^@nest-tenant-storage/embedded-s3$': '<rootDir>/libs/embedded-s3/src/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^(\\.{1,2}/(?:.*/)?sdk)\\.cjs$': '$1.cts',
  },
  maxWorkers: '100%',
  testTimeout: 30_000,
};

export default config;

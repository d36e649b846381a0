// jest.config.cjs, for Jest in CommonJS: the package and some of what it uses are ES modules, which Jest has to compile.
const esModules = [
  'nest-tenant-storage',
  'jose',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
];

module.exports = {
  testRegex: 'test/.*\\.spec\\.ts$',
  transform: {
    '^.+\\.[tj]s$': [
      'ts-jest',
      {
        tsconfig: {
          extends: './tsconfig.json',
          module: 'commonjs',
          moduleResolution: 'node10',
          rootDir: '.',
          allowJs: true,
        },
        diagnostics: false,
      },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

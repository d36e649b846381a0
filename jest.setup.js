import { Logger } from '@nestjs/common';
import fc from 'fast-check';

// Nest is loaded once for all test files of a worker (see jest.runtime.cjs), and the logger of an application stays with
// it: each file begins with the one that Nest has when it is loaded.
const asLoaded = Symbol.for('Logger as loaded');
Logger[asLoaded] ??= { ...Logger };
Object.assign(Logger, Logger[asLoaded]);
Logger[asLoaded].staticInstanceRef.setLogLevels(['log', 'error', 'warn', 'debug', 'verbose', 'fatal']);

// `npm test` tries the same cases each time, the long campaigns new ones, and say which seed found what they find.
if (process.env['LONG_TESTS'] !== '1') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_260_101 });

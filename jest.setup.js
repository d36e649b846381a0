import { Logger } from '@nestjs/common';

// Nest is loaded once for all test files of a worker (see jest.runtime.cjs), and the logger of an application stays with
// it: each file begins with the one that Nest has when it is loaded.
const asLoaded = Symbol.for('Logger as loaded');
Logger[asLoaded] ??= { ...Logger };
Object.assign(Logger, Logger[asLoaded]);
Logger[asLoaded].staticInstanceRef.setLogLevels(['log', 'error', 'warn', 'debug', 'verbose', 'fatal']);

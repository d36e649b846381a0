'use strict';
const { default: Runtime } = require('jest-runtime');

const isLibrary = (path) => path.includes('/node_modules/');
/** What Jest itself is made of. Its runner has a state for each test file. */
const isFramework = (path) => isLibrary(path) && !path.includes('/jest-circus/');
/** A server to all tests but its own: they may look at what its modules keep. */
const server = '/libs/embedded-s3/';

/** A map whose entries of some keys are the worker's, and all others the test file's. */
class Shared extends Map {
  constructor(ofWorker, isShared) {
    super();
    this.ofWorker = ofWorker;
    this.isShared = isShared;
  }

  get(key) {
    return this.isShared(key) ? this.ofWorker.get(key) : super.get(key);
  }

  has(key) {
    return this.isShared(key) ? this.ofWorker.has(key) : super.has(key);
  }

  set(key, value) {
    if (this.isShared(key)) this.ofWorker.set(key, value);
    else super.set(key, value);
    return this;
  }

  delete(key) {
    return this.isShared(key) ? this.ofWorker.delete(key) : super.delete(key);
  }
}

const [commonJs, framework, esModules, resolved] = [1, 2, 3, 4].map(() => new Map());

/** Finds out once in a worker which file an import names. */
async function resolveOnce(from, to) {
  const key = `${from}\0${to}`;
  let path = resolved.get(key);
  if (path === undefined) {
    path = await Object.getPrototypeOf(this).resolveEsmAsync.call(this, from, to);
    resolved.set(key, path);
  }
  return path;
}

/** Evaluates each library once in a worker, the embedded server among them, and our own modules anew for each test file. */
class SharedLibraries extends Runtime {
  constructor(...args) {
    super(...args);
    const isShared = this._testPath.includes(server)
      ? isLibrary
      : (path) => isLibrary(path) || path.includes(`${server}src/`);
    this.registries.moduleRegistry = new Shared(commonJs, isLibrary);
    this.registries.internalModuleRegistry = new Shared(framework, isFramework);
    this.registries.esModuleRegistry = new Shared(esModules, isShared);
    this._resolution.resolveEsmAsync = resolveOnce;
    // A library that this file was the first to load may load another one in a later file's time.
    this.testState.teardown = this.testState.enterTestCode;
  }
}

module.exports = { __esModule: true, default: SharedLibraries };

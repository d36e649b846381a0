'use strict';
const { default: Runtime } = require('jest-runtime');

const isLibrary = (key) => key.includes('/node_modules/');

/** A registry of modules whose entries for libraries are the worker's, and all others the test file's. */
class Registry extends Map {
  constructor(libraries) {
    super();
    this.libraries = libraries;
  }

  get(key) {
    return isLibrary(key) ? this.libraries.get(key) : super.get(key);
  }

  has(key) {
    return isLibrary(key) ? this.libraries.has(key) : super.has(key);
  }

  set(key, module) {
    if (isLibrary(key)) this.libraries.set(key, module);
    else super.set(key, module);
    return this;
  }

  delete(key) {
    return isLibrary(key) ? this.libraries.delete(key) : super.delete(key);
  }
}

const commonJs = new Map();
const esModules = new Map();

/** Evaluates each library once in a worker, and our own modules anew for each test file. */
class SharedLibraries extends Runtime {
  constructor(...args) {
    super(...args);
    this.registries.moduleRegistry = new Registry(commonJs);
    this.registries.esModuleRegistry = new Registry(esModules);
    // A library that this file was the first to load may load another one in a later file's time.
    this.testState.teardown = this.testState.enterTestCode;
  }
}

module.exports = { __esModule: true, default: SharedLibraries };

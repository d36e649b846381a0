'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { constants, createContext } = require('node:vm');
const { LegacyFakeTimers, ModernFakeTimers } = require('@jest/fake-timers');
const { ModuleMocker } = require('jest-mock');
const { installCommonGlobals } = require('jest-util');

// One realm for all test files of a worker, so that the libraries that one of them has loaded are there for the next
// (see jest.runtime.cjs). Its global object is a plain one: Jest's own has an interceptor, through which each use of
// `Promise` or `Buffer` goes.
const global = createContext(constants.DONT_CONTEXTIFY);

for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(globalThis))) {
  if (Object.hasOwn(global, name)) continue;
  const { configurable, enumerable, get } = descriptor;
  // An accessor of Node's answers its own global object only, and Node makes what it gives when first asked.
  const lazy = {
    configurable,
    enumerable,
    get: () => globalThis[name],
    set: (value) => Object.defineProperty(global, name, { configurable, enumerable, writable: true, value }),
  };
  Object.defineProperty(global, name, get ? lazy : descriptor);
}
// Node's own modules make and expect these of their realm.
Object.assign(global, { global, Buffer, ArrayBuffer, Uint8Array });
installCommonGlobals(global, {});
// Node's own number. Jest's is a hundred, and errors are made by the thousand here.
global.Error.stackTraceLimit = 10;
const untouched = Object.getOwnPropertyDescriptors(global);

// What Jest's `expect` keeps, which is loaded once in a worker too.
const matchers = Symbol.for('$$jest-matchers-object');

// A store that has been entered once costs time at each promise from then on, until Node 24.
const entered = new Set();
for (const enter of ['run', 'enterWith']) {
  const original = AsyncLocalStorage.prototype[enter];
  AsyncLocalStorage.prototype[enter] = function (...args) {
    if (isOfRunner(args[0])) return oneAfterTheOther(this, ...args);
    entered.add(this);
    return original.apply(this, args);
  };
}

/** What Jest's runner keeps in a store while a test or a hook runs, to know whose an error is. */
function isOfRunner(kept) {
  return kept?.test?.type === 'test' || kept?.describeBlock?.type === 'describeBlock';
}

/** No two tests of a file run at once: whose an error is needs no following of promises. */
async function oneAfterTheOther(store, kept, run) {
  const around = store.getStore();
  store.getStore = () => kept;
  try {
    return await run();
  } finally {
    store.getStore = () => around;
  }
}

/** Jest's environment for Node, with globals of its own for each test file, but one realm. */
class SharedRealm {
  constructor({ projectConfig }) {
    this.global = global;
    // Jest's copy of `process`, with an `env` of its own.
    global.process = installCommonGlobals({ Symbol, Date }, projectConfig.globals).process;
    this.moduleMocker = new ModuleMocker(global);
    const timerConfig = { idToRef: (id) => ({ id, ref() {}, unref() {} }), refToId: (timer) => timer?.id };
    this.fakeTimers = new LegacyFakeTimers({
      config: projectConfig,
      global,
      moduleMocker: this.moduleMocker,
      timerConfig,
    });
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global });
  }

  async setup() {}

  /** What a test file left or changed among the globals is gone for the next one. */
  async teardown() {
    // Libraries stay: what a test file put over a method of theirs must not.
    this.moduleMocker.restoreAllMocks();
    this.fakeTimers.dispose();
    this.fakeTimersModern.dispose();
    for (const store of entered) store.disable();
    entered.clear();
    for (const name of Reflect.ownKeys(global)) {
      if (name !== matchers && !Object.hasOwn(untouched, name)) Reflect.deleteProperty(global, name);
    }
    Object.defineProperties(global, untouched);
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }

  getVmContext() {
    return global;
  }
}

module.exports = SharedRealm;

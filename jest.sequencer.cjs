'use strict';
const { default: Sequencer } = require('@jest/test-sequencer');

/** Files of many seconds, the longest first. A clone that has not run its tests yet goes by size, and the largest of these is small. */
const longest = [
  'apps/demo-api/test/page-in-browser.e2e-spec.ts',
  'apps/demo-api/test/isolation.e2e-spec.ts',
  'libs/storage/src/bucket/doctor.spec.ts',
  'libs/storage/src/catalog/catalog.spec.ts',
  'libs/storage/src/scan/clamd.real.spec.ts',
  'apps/demo-api/test/fuzz/fuzz.e2e-spec.ts',
  'libs/storage/src/cli/org/move.command.spec.ts',
  'libs/storage/src/catalog/life.spec.ts',
  'libs/storage/src/direct/uppy.spec.ts',
  'libs/storage/src/direct/completion.spec.ts',
  'libs/storage/src/store/object-store.write.spec.ts',
];

/** Begins with what takes longest, so that no worker is left with it alone at the end. */
class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const at = longest.findIndex((name) => path.endsWith(name));
      return at < 0 ? longest.length : at;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
}

module.exports = LongestFirst;

import { isLong } from './long.js';
import { attackFlows } from './page/attacks.flows.js';
import { cacheFlows } from './page/caches.flows.js';
import { lookFlows } from './page/looks.flows.js';
import { freshField, inBrowser, openPage, orSkipped, type Kit } from './page/page.kit.js';
import { placeFlows } from './page/places.flows.js';
import { recordFlows } from './page/records.flows.js';
import { uploadFlows } from './page/uploads.flows.js';
import { uppyFlows } from './page/uppy.flows.js';

const inLong = isLong ? describe : describe.skip;

// One browser and one demo for all: to start them costs more than most of the tests. A short run has what only a browser
// can tell, once; what it leaves out, the long one has (`inLong`).
inBrowser(`the page in a browser${orSkipped}`, () => {
  let kit: Kit;
  beforeAll(async () => {
    kit = await openPage();
  });
  afterAll(() => kit?.close());
  beforeEach(() => freshField(kit));
  afterEach(() => expect(kit.faults.splice(0)).toEqual([]));

  describe('caches', () => cacheFlows(() => kit));
  describe('places', () => placeFlows(() => kit));
  describe('uploads', () => uploadFlows(() => kit));
  // With Node's own requests uppy.spec holds the recipe in each run.
  inLong('Uppy', () => uppyFlows(() => kit));
  describe('attacks, the bucket, a signature', () => attackFlows(() => kit));
  inLong('the journal, and what holds beneath', () => recordFlows(() => kit));
  inLong('looks', () => lookFlows(() => kit));
});

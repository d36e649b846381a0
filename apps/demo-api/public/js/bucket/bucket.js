import { element, errorNodes, icon, sizeText, toast } from '../dom.js';
import { t } from '../i18n.js';

const lock = ['M7 11V8a5 5 0 0110 0v3', 'M5 11h14v9H5z'];
/** What the product's layout has, so that an empty bucket shows it too. */
const usual = ['uploads/', 'signatures/', 'documents/', 'templates/'];
const areas = ['audit-archive/', 'incoming/'];

/** How long something is new. */
const litMs = 60_000;

/** How a direct upload ended, for a day: nothing to look at. */
const isMark = (key) => key.startsWith('incoming/') && /\.(over|ended)$/.test(key);

/** The bucket as a tree: what one organisation has in it, lit where it is new; the other's branches closed. */
export class Bucket {
  #root;
  #sessionOf;
  /** By organisation, since when each object is known; what the first look finds is not new. */
  #known = new Map();

  /** `sessionOf` gives who is signed in, and the other one. */
  constructor(root, sessionOf) {
    this.#root = root;
    this.#sessionOf = sessionOf;
  }

  async show() {
    const { mine, theirs } = this.#sessionOf();
    if (!mine) return;
    try {
      const { items } = await mine.call('GET', '/demo/bucket');
      this.#draw(items, mine.person.orgId, theirs?.person.orgId);
    } catch (error) {
      toast(errorNodes(error), true);
    }
  }

  #draw(all, org, other) {
    const items = all.filter(({ key }) => !isMark(key));
    const over = new Set(all.filter(({ key }) => isMark(key)).map(({ key }) => key.replace(/\.\w+$/, ''))).size;
    const tree = treeOf([...usual.map((path) => `${org}/${path}`), ...areas.map((area) => `${area}${org}/`)], items);
    const known = this.#known.get(org) ?? new Map();
    const now = this.#known.has(org) ? Date.now() : -Infinity;
    for (const { key } of items) if (!known.has(key)) known.set(key, now);
    this.#known.set(org, known);
    const isNew = (key) => Date.now() - known.get(key) < litMs;
    const closed = (name) =>
      element(
        'li',
        { className: 'closed' },
        icon(...lock),
        element('span', {}, `${name}/`),
        ' ',
        element('span', { className: 'about', t: 'bucket.closed' }),
      );
    const branch = (node) =>
      [...node].map(([name, { below, size, key }]) =>
        below
          ? element(
              'li',
              {},
              element('span', { className: name === `${org}/` ? 'folder own' : 'folder' }, name),
              ...(note(name) ? [' ', element('span', { className: 'about', t: note(name) })] : []),
              element(
                'ul',
                {},
                ...branch(below),
                ...(name === 'incoming/' && over > 0 ? [marksOf(over)] : []),
                ...(areas.includes(name) && other && other !== org ? [closed(other)] : []),
              ),
            )
          : element(
              'li',
              { className: isNew(key) ? 'object lit' : 'object' },
              element('span', {}, name),
              ' ',
              element('span', { className: 'about' }, sizeText(size)),
            ),
      );
    const top = branch(tree);
    if (other && other !== org) top.splice(1, 0, closed(other));
    this.#root.replaceChildren(element('ul', { className: 'tree' }, ...top));
    this.#root.setAttribute('aria-label', t('bucket.of', { org }));
  }
}

const marksOf = (count) => element('li', { className: 'about', t: 'bucket.over', gaps: { count } });

const note = (name) => ({ 'audit-archive/': 'bucket.archive', 'incoming/': 'bucket.incoming' })[name];

/** Folders and objects by name, in the order in which they are met. */
function treeOf(folders, items) {
  const root = new Map();
  const at = (path) => {
    let node = root;
    for (const name of path
      .split('/')
      .slice(0, -1)
      .map((each) => `${each}/`)) {
      if (!node.has(name)) node.set(name, { below: new Map() });
      node = node.get(name).below;
    }
    return node;
  };
  for (const folder of folders) at(folder);
  for (const { key, size } of items) at(key).set(key.split('/').at(-1), { key, size });
  return root;
}

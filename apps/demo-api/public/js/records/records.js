import { errorNodes, element, sizeText, timeText } from '../dom.js';
import { kindIcon } from '../files/kinds.js';
import { has, t } from '../i18n.js';

/** The journal is asked again this often while it is looked at. */
const everyMs = 4_000;

/** What the catalog knows of one organisation: how much it has, its files by name, and what just happened. */
export class Records {
  #root;
  #sessionOf;
  #search;
  #found = element('ul', { className: 'found' });
  #usage = element('div', { className: 'usage' });
  #journal = element('ol', { className: 'journal' });

  constructor(root, sessionOf) {
    this.#root = root;
    this.#sessionOf = sessionOf;
    this.#search = element('input', { type: 'search', autocomplete: 'off' });
    this.#search.addEventListener('input', () => void this.#into(this.#found, () => this.#find()));
    root.append(
      element('section', {}, element('h2', { t: 'usage.title' }), this.#usage),
      element(
        'section',
        {},
        element('h2', { t: 'search.title' }),
        element('label', {}, element('span', { t: 'search.label' }), this.#search),
        this.#found,
      ),
      element('section', {}, element('h2', { t: 'journal.title' }), this.#journal),
    );
    setInterval(() => {
      if (!root.closest('[hidden]') && document.visibilityState === 'visible') void this.show();
    }, everyMs);
  }

  /** Whether the demo has a catalog at all. */
  async isThere() {
    const answer = await this.#sessionOf()
      ?.call('GET', '/usage')
      .catch((error) => error);
    return answer !== undefined && answer.statusCode !== 404;
  }

  async show() {
    if (this.#root.closest('[hidden]')) return;
    await Promise.all([
      this.#into(this.#usage, () => this.#used()),
      this.#into(this.#found, () => this.#find()),
      this.#into(this.#journal, () => this.#happened()),
    ]);
  }

  async #into(node, make) {
    if (!this.#sessionOf()) return;
    const made = await make().catch((error) => [element('p', { className: 'error' }, ...errorNodes(error))]);
    node.replaceChildren(...made);
  }

  async #used() {
    const { usedBytes, usedFiles, limit } = await this.#sessionOf().call('GET', '/usage');
    const gaps = { used: sizeText(usedBytes), of: sizeText(limit.bytes ?? 0), files: usedFiles };
    return [
      element('meter', { min: 0, max: limit.bytes ?? 1, value: usedBytes, label: 'usage.title' }),
      element('p', { t: limit.bytes ? 'usage.of' : 'usage.free', gaps }),
    ];
  }

  async #find() {
    const query = new URLSearchParams({ limit: 12, ...(this.#search.value && { nameContains: this.#search.value }) });
    const { items } = await this.#sessionOf().call('GET', `/files?${query}`);
    if (items.length === 0) return [element('li', { className: 'about', t: 'search.none' })];
    return items.map(({ fileName, contentType, size, uploadedBy, purpose, place }) =>
      element(
        'li',
        {},
        kindIcon(contentType),
        element('span', { className: 'name' }, fileName),
        element(
          'span',
          { className: 'about' },
          [sizeText(size), uploadedBy, placeText(purpose, place)].filter(Boolean).join(' · '),
        ),
      ),
    );
  }

  async #happened() {
    const { records } = await this.#sessionOf().call('GET', '/journal?limit=20');
    return records.map(({ at, by, verb, outcome, code, kind, place }) =>
      element(
        'li',
        { className: outcome },
        element('time', { dateTime: at }, timeText(at)),
        element('b', {}, by ?? '–'),
        element('span', { t: `verb.${verb}` }),
        element('span', { className: 'outcome' }, element('span', { t: `outcome.${outcome}` }), code ? ` ${code}` : ''),
        element('span', { className: 'about' }, placeText(kind, place)),
      ),
    );
  }
}

const kinds = { 'form-upload': 'form', 'audit-month': 'audit' };

/** As the files' view names the place; of a kind that it does not know, the ids. */
function placeText(purpose, place) {
  const key = `title.${kinds[purpose] ?? purpose}`;
  const { audience } = place;
  if (audience) return t(`${key}.for`, { ...place, audience: t(`role.${audience}`) });
  if (has(key)) return t(key, place);
  const ids = Object.entries(place).filter(([name]) => name !== 'fileName');
  return [purpose, ...ids.map(([name, value]) => `${name} ${value}`)].join(', ');
}

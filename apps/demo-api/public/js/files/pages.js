import { element } from '../dom.js';
import { say } from '../i18n.js';
import { card } from './card.js';
import { viewFile } from './viewer.js';

const perPage = 24;

/** The files of a place that holds many, page by page, each with its read URL. */
export class Pages {
  /** Where each page up to this one begins. */
  #cursors = [undefined];
  #nav;

  constructor(nav, onTurn) {
    this.#nav = nav;
    nav.querySelector('[data-previous]').addEventListener('click', () => {
      this.#cursors.pop();
      onTurn();
    });
    nav.querySelector('[data-next]').addEventListener('click', () => {
      this.#cursors.push(this.nextCursor);
      onTurn();
    });
  }

  rewind() {
    this.#cursors = [undefined];
  }

  load(session, place) {
    const query = new URLSearchParams({ limit: perPage, urls: 'true' });
    const cursor = this.#cursors.at(-1);
    if (cursor) query.set('cursor', cursor);
    return session.call('GET', `${place.list}?${query}`);
  }

  render({ items, nextCursor }, context) {
    this.nextCursor = nextCursor;
    const page = this.#cursors.length;
    this.#nav.hidden = page === 1 && !nextCursor;
    say(this.#nav.querySelector('[data-page]'), 'page.n', { page });
    this.#nav.querySelector('[data-previous]').disabled = page === 1;
    this.#nav.querySelector('[data-next]').disabled = !nextCursor;
    if (items.length === 0) return element('p', { className: 'empty', t: 'empty.form' });
    const cards = items.map((file) =>
      element(
        'li',
        {},
        card(file, file.fileName, () => viewFile(context, context.place, file)),
      ),
    );
    return element('ul', { className: 'cards' }, ...cards);
  }
}

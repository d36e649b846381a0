import { dateText, element, sizeText } from './dom.js';
import { fileActions } from './file-actions.js';

/** The files of a place that holds many, page by page. */
export class FileList {
  /** Where each page up to this one begins. */
  #cursors = [undefined];
  #nav;
  #limit;

  constructor(nav, onTurn) {
    this.#nav = nav;
    this.#limit = nav.querySelector('select');
    nav.querySelector('[data-previous]').addEventListener('click', () => {
      this.#cursors.pop();
      onTurn();
    });
    nav.querySelector('[data-next]').addEventListener('click', () => {
      this.#cursors.push(this.nextCursor);
      onTurn();
    });
    this.#limit.addEventListener('change', () => {
      this.rewind();
      onTurn();
    });
  }

  rewind() {
    this.#cursors = [undefined];
  }

  async load(session, place) {
    const query = new URLSearchParams({ limit: this.#limit.value });
    const cursor = this.#cursors.at(-1);
    if (cursor) query.set('cursor', cursor);
    return session.call('GET', `${place.list}?${query}`);
  }

  render({ items, nextCursor }, context) {
    this.nextCursor = nextCursor;
    const page = this.#cursors.length;
    this.#nav.hidden = page === 1 && !nextCursor && items.length <= 5;
    this.#nav.querySelector('[data-page]').textContent = `Page ${page}`;
    this.#nav.querySelector('[data-previous]').disabled = page === 1;
    this.#nav.querySelector('[data-next]').disabled = !nextCursor;
    if (items.length === 0) return element('p', { className: 'empty' }, 'No files here.');
    return element('ul', {}, ...items.map((file) => fileRow(file, context)));
  }
}

function fileRow(file, context) {
  const { fileName, contentType, size, lastModified } = file;
  const about = [contentType, sizeText(size), lastModified && dateText(lastModified)].filter(Boolean).join(' · ');
  return element(
    'li',
    {},
    element('p', { className: 'name' }, fileName),
    element('p', { className: 'about' }, about),
    fileActions(context, fileName, file),
  );
}

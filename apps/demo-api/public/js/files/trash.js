import { agoText, button, element, errorNodes } from '../dom.js';
import { name as label, t } from '../i18n.js';

/** What was deleted at a place, to be restored by whoever may delete there. Asked for while it is open. */
export class Trash {
  #details;
  #list;
  #context;

  constructor(details) {
    this.#details = details;
    this.#list = details.querySelector('ul');
    details.addEventListener('toggle', () => void this.#load());
  }

  /** `context`: `{session, place, onRestored}`. */
  show(context) {
    const { place } = context;
    this.#context = context;
    this.#details.hidden = !place.isWritable;
    void this.#load();
  }

  async #load() {
    if (!this.#details.open || this.#details.hidden) return;
    const context = this.#context;
    const { session, place } = context;
    try {
      // One for each audience, where there are several: what one may not see of them is said in place of all.
      const found = await Promise.all(
        (place.slots ?? [place]).map(async (slot) => {
          const { items } = await session.call('GET', slot.trash);
          return items.map((file) => [file, slot]);
        }),
      );
      if (context !== this.#context) return;
      const rows = found.flat().map(([file, slot]) => this.#row(file, slot, context));
      this.#list.replaceChildren(
        ...(rows.length > 0 ? rows : [element('li', { className: 'about', t: 'trash.empty' })]),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #row({ fileName, deletedAt }, place, { session, onRestored }) {
    const title = place.many ? fileName : place.slot ? t(`role.for.${place.slot}`) : place.title();
    const restore = async () => {
      try {
        await session.call('POST', `${place.trash}/restore`, { json: place.many ? { fileName } : {} });
        onRestored();
      } catch (error) {
        this.#fail(error);
      }
    };
    return element(
      'li',
      {},
      element('span', { className: 'name' }, title),
      element('span', { className: 'about' }, deletedAt ? agoText(deletedAt) : ''),
      label(button('restore', restore), 'restore.of', { name: title }),
    );
  }

  #fail(error) {
    this.#list.replaceChildren(element('li', { className: 'error' }, ...errorNodes(error)));
  }
}

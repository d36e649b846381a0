import { element, errorNodes } from '../dom.js';
import { t } from '../i18n.js';
import { card } from './card.js';
import { viewFile } from './viewer.js';

const typeOf = { signature: 'image/png', logo: 'image/png', document: 'application/pdf', audit: 'application/gzip' };

/** The one file of a place, or one for each audience; absence is nothing to be alarmed about. */
export const slots = {
  load: async (session, place) => ({
    found: await Promise.all(
      (place.slots ?? [place]).map(async (slot) => {
        const answer = await session.call('GET', `${slot.file()}/url`).catch((error) => ({ error }));
        return { slot, ...answer };
      }),
    ),
  }),

  render({ found }, context) {
    const cards = found.map(({ slot, url, error }) => element('li', {}, one(slot, url, error, context)));
    return element('ul', { className: 'cards' }, ...cards);
  },
};

function one(slot, url, error, context) {
  const title = slot.slot ? t(`role.for.${slot.slot}`) : slot.title();
  if (error && error.code !== 'not_found') {
    const note = element(
      'div',
      { className: 'slot refused' },
      element('strong', {}, title),
      element('p', {}, ...errorNodes(error)),
    );
    return withChooser(note, slot, context);
  }
  if (error) {
    const empty = element(
      'div',
      { className: 'slot' },
      element('strong', {}, title),
      element('p', { t: `empty.${slot.kind}` }),
    );
    return withChooser(empty, slot, context);
  }
  const file = { contentType: typeOf[slot.kind], url };
  const shown = element(
    'div',
    { className: 'slot full' },
    card(file, title, () => viewFile(context, slot, file)),
  );
  return withChooser(shown, slot, context);
}

/** Where a place has several slots, each takes its own file; a single one has the button above. */
function withChooser(node, slot, { add }) {
  if (!slot.slot) return node;
  const input = element('input', {
    type: 'file',
    accept: slot.accepts,
    label: 'add.for',
    gaps: { name: t(`role.${slot.slot}`) },
  });
  input.addEventListener('change', () => add([...input.files], slot));
  node.append(element('label', { className: 'file-button quiet' }, input, element('span', { t: 'choose' })));
  node.addEventListener('drop', (event) => {
    event.preventDefault();
    event.stopPropagation();
    node.dispatchEvent(new CustomEvent('dropped', { bubbles: true }));
    add([...event.dataTransfer.files], slot);
  });
  return node;
}

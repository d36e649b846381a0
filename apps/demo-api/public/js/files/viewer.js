import { button, element, errorNodes, sizeText } from '../dom.js';
import { say } from '../i18n.js';
import { askBoth } from './both.js';
import { bytesOf } from './bytes.js';
import { kindIcon } from './kinds.js';
import { frameFor } from './player.js';
import { signedUrl } from './signed-url.js';

const dialog = document.querySelector('.viewer');
const parts = {
  title: dialog.querySelector('h2'),
  preview: dialog.querySelector('.preview'),
  note: dialog.querySelector('.note'),
  facts: dialog.querySelector('.facts'),
  actions: dialog.querySelector('.actions'),
  more: dialog.querySelector('.more'),
};
/** Ends what the open file has begun: countdowns, downloads, URLs of blobs. */
let shut = new AbortController();

dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener('close', () => {
  shut.abort();
  for (const part of Object.values(parts)) part.replaceChildren();
});

const tell = (...nodes) => parts.note.replaceChildren(...nodes);
const preview = (node, contentType) => parts.preview.replaceChildren(node ?? nothing(contentType));
const nothing = (contentType) =>
  element('div', { className: 'no-preview' }, kindIcon(contentType), element('p', { t: 'preview.none' }));

/** Opens a file: from the store by its signed URL, and all that can be done with it. */
export function viewFile(context, place, { fileName, contentType, size, sha256 }) {
  const { session, other } = context;
  const path = place.file(fileName);
  const title = place.many ? fileName : place.title();
  shut = new AbortController();
  const { signal } = shut;
  const run = (act) => async () => {
    try {
      await act();
    } catch (error) {
      if (!signal.aborted) tell(element('span', { className: 'error' }, ...errorNodes(error)));
    }
  };
  parts.title.textContent = title;
  delete parts.title.dataset.t;
  parts.facts.replaceChildren(
    ...[contentType, size !== undefined && sizeText(size), sha256 && `SHA-256 ${sha256}`]
      .filter(Boolean)
      .map((text) => element('span', {}, text)),
  );

  const urlOf = (query = '') => session.call('GET', `${path}/url${query}`);
  const show = run(async () => {
    const signed = await urlOf();
    if (signal.aborted) return;
    const fresh = async () => (await urlOf()).url;
    preview(frameFor(title, contentType, signed.url, { fresh }), contentType);
    say(parts.note, 'source.store');
    parts.more.replaceChildren(
      signedUrl(signed, signal),
      ...(other?.session ? [askBoth(context, place, fileName)] : []),
    );
  });
  const download = run(async () => {
    const { url } = await urlOf('?disposition=attachment');
    element('a', { href: url, download: '' }).click();
  });
  const read = run(async () => {
    delete parts.note.dataset.t;
    const onReceived = (amount) => tell(element('span', { t: 'reading', gaps: { amount: sizeText(amount) } }));
    const { node, type } = await bytesOf(await session.read(`${path}/content`, { signal, onReceived }), title, signal);
    preview(node, type);
    tell(element('span', { t: 'source.api', gaps: { type } }));
  });
  const remove = run(async () => {
    await session.call('DELETE', path);
    dialog.close();
    context.onDeleted(title, place);
  });
  parts.actions.replaceChildren(
    button('download', download),
    button('via.api', read),
    ...(place.isWritable ? [confirmed(mayDelete(session.person, place), remove)] : []),
  );
  preview(element('p', { className: 'no-preview', t: 'loading' }));
  dialog.showModal();
  void show();
}

/** As the roles' table has it; the API decides. */
const mayDelete = ({ role, userId }, place) =>
  role === 'admin' || (place.kind === 'signature' && role === 'specialist' && place.ids.specialistId === userId);

/** A second click means it. Whoever may not is told so before, and may try. */
function confirmed(may, act) {
  const of = button(may ? 'delete' : 'delete.try', () => {
    if (of.dataset.t === 'delete.sure' || !may) return void act();
    say(of, 'delete.sure');
  });
  of.className = may ? 'danger' : 'danger attempt';
  of.addEventListener('blur', () => may && say(of, 'delete'));
  return of;
}

import { button, element, errorNodes, timeText } from './dom.js';

const dialog = document.querySelector('.viewer');
const parts = {
  title: dialog.querySelector('h2'),
  preview: dialog.querySelector('.preview'),
  source: dialog.querySelector('.source'),
  actions: dialog.querySelector('.actions'),
};
const longestText = 100_000;
let made;

dialog.querySelector('[data-close]').addEventListener('click', () => dialog.close());
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});
dialog.addEventListener('close', () => {
  parts.preview.replaceChildren();
  if (made) URL.revokeObjectURL(made);
  made = undefined;
});

function open(title, preview, source, actions = []) {
  parts.title.textContent = title;
  parts.preview.replaceChildren(preview);
  parts.source.replaceChildren(...source);
  parts.actions.replaceChildren(...actions);
  dialog.showModal();
}

/** A file from the store itself, by its signed URL. */
export function viewSigned(name, contentType, { url, expiresAt }) {
  const link = element('a', { href: url, target: '_blank', rel: 'noopener' }, 'Open in a new tab');
  const copy = button('Copy the URL', () => {
    navigator.clipboard.writeText(url).then(
      () => (copy.textContent = 'Copied'),
      () => (copy.textContent = 'The browser does not allow it'),
    );
  });
  const preview = frameFor(name, contentType, url) ?? note('The store sends this kind as a download only.');
  const source = [`From the store, by a signed URL: whoever has it can read this file until ${timeText(expiresAt)}.`];
  open(name, preview, source, [link, copy]);
}

/** The bytes of a file as the API sent them. */
export async function viewBytes(name, blob) {
  const source = [`Through the API, with your token: ${blob.type || 'no type'}.`];
  const text = await textOf(blob);
  if (text !== undefined) {
    open(name, element('pre', { tabIndex: 0 }, text), source);
    return;
  }
  const url = URL.createObjectURL(blob);
  open(name, frameFor(name, blob.type, url) ?? note('There is no preview for this kind.'), source, [
    element('a', { href: url, download: name }, 'Save'),
  ]);
  made = url;
}

/** What browsers show of the kinds that cannot run script; undefined for the others. */
function frameFor(name, contentType, url) {
  // With it, the answer is kept apart from one to a request that named no origin.
  const crossOrigin = 'anonymous';
  const onerror = ({ target }) => target.replaceWith(note('This browser cannot show it, or the URL has expired.'));
  if (contentType.startsWith('image/')) return element('img', { crossOrigin, alt: name, onerror, src: url });
  const media = { crossOrigin, controls: true, onerror, src: url, 'aria-label': name };
  if (contentType.startsWith('video/')) return element('video', media);
  if (contentType.startsWith('audio/')) return element('audio', media);
  if (contentType === 'application/pdf') return element('iframe', { title: name, src: url });
  return undefined;
}

async function textOf(blob) {
  const isGzip = blob.type === 'application/gzip';
  if (!isGzip && !blob.type.startsWith('text/')) return undefined;
  const plain = isGzip ? blob.stream().pipeThrough(new DecompressionStream('gzip')) : blob;
  const text = await new Response(plain).text();
  return text.length > longestText ? `${text.slice(0, longestText)}\n…` : text;
}

const note = (text) => element('p', { className: 'empty' }, text);

/** In place of a file: why it cannot be had. */
export const refusalNote = (error) => element('p', { className: 'empty error' }, ...errorNodes(error));

import { agoText, element, sizeText } from '../dom.js';
import { hasFrame, hasPicture, kindIcon, kindOf, shortType } from './kinds.js';

/** One stored file: a picture of it, and what it is. A click opens it. */
export function card(file, title, onOpen) {
  const { contentType, size, lastModified } = file;
  const about = [
    shortType(contentType, file.fileName),
    size !== undefined && sizeText(size),
    lastModified && agoText(lastModified),
  ];
  const open = element(
    'button',
    { type: 'button', className: 'card', onclick: onOpen },
    thumbnail(file),
    element('span', { className: 'name' }, title),
    element('span', { className: 'about' }, ...about.filter(Boolean).map((text) => element('span', {}, text))),
  );
  open.dataset.kind = kindOf(contentType);
  return open;
}

/** Made by the browser, from the file's own read URL. */
function thumbnail(file) {
  const { contentType, url } = file;
  const frame = element('span', { className: 'thumb' }, kindIcon(contentType));
  if (!url) return frame;
  // With it, the answer is kept apart from one to a request that named no origin.
  const common = { crossOrigin: 'anonymous', onerror: ({ target }) => target.remove() };
  if (hasPicture(file))
    frame.append(element('img', { ...common, alt: '', loading: 'lazy', decoding: 'async', src: url }));
  if (hasFrame(file)) {
    frame.append(element('video', { ...common, muted: true, preload: 'metadata', tabIndex: -1, src: `${url}#t=0.1` }));
  }
  return frame;
}

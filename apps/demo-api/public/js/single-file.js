import { element, timeText } from './dom.js';
import { fileActions } from './file-actions.js';

const typeOf = { signature: 'image/png', logo: 'image/png', document: 'application/pdf', audit: 'application/gzip' };

/** The one file of a place, asked for by its read URL: pictures show at once. */
export const singleFile = {
  load: (session, place) => session.call('GET', `${place.file()}/url`),

  render({ url, expiresAt }, context) {
    const { place } = context;
    const contentType = typeOf[place.kind];
    const isPicture = contentType.startsWith('image/');
    const picture = () => element('img', { className: 'single', crossOrigin: 'anonymous', alt: place.title, src: url });
    return element(
      'div',
      { className: 'single-file' },
      ...(isPicture ? [picture()] : []),
      element('p', { className: 'about' }, `${contentType} · its read URL works until ${timeText(expiresAt)}`),
      fileActions(context, undefined, { contentType }),
    );
  },
};

import { element } from '../dom.js';

/**
 * What browsers show of the kinds that cannot run script; undefined for the others. `fresh` gives a new URL when the one at
 * hand has ended: a film goes on where it stood.
 */
export function frameFor(name, contentType, url, { fresh } = {}) {
  // With it, the answer is kept apart from one to a request that named no origin.
  const crossOrigin = 'anonymous';
  const fail = (target) => target.replaceWith(element('p', { className: 'no-preview', t: 'preview.failed' }));
  const onerror = ({ target }) => fail(target);
  if (contentType.startsWith('image/')) return element('img', { crossOrigin, alt: name, onerror, src: url });
  if (contentType === 'application/pdf') return element('iframe', { title: name, src: url });
  const [family] = contentType.split('/');
  if (family !== 'video' && family !== 'audio') return undefined;
  let isFresh = false;
  const goOn = async ({ target }) => {
    if (!fresh || isFresh) return fail(target);
    isFresh = true;
    const { currentTime } = target;
    target.src = await fresh().catch(() => '');
    target.currentTime = currentTime;
    if (currentTime > 0) target.play().catch(() => {});
  };
  const onplaying = () => (isFresh = false);
  return element(family, { crossOrigin, controls: true, onerror: goOn, onplaying, src: url, 'aria-label': name });
}

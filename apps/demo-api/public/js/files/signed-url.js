import { button, clockText, element } from '../dom.js';
import { say } from '../i18n.js';

const explained = [
  'X-Amz-Algorithm',
  'X-Amz-Content-Sha256',
  'x-id',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-Expires',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
];

/** A signed URL taken apart: who may read what, until when; with its countdown. */
export function signedUrl({ url, expiresAt }, signal) {
  const { origin, pathname, searchParams } = new URL(url);
  const rows = [
    ['url.store', origin],
    ['url.object', decodeURIComponent(pathname)],
    ...[...searchParams].map(([name, value]) => [
      explained.includes(name) ? `url.${name}` : 'url.answer',
      `${name} = ${value}`,
    ]),
  ].map(([key, value]) => element('div', {}, element('dt', { t: key }), element('dd', {}, element('code', {}, value))));
  const copy = button('copy', async () => {
    // Away from this machine, and without TLS, there is no clipboard.
    const isCopied = await navigator.clipboard?.writeText(url).then(
      () => true,
      () => false,
    );
    say(copy, isCopied ? 'copied' : 'copy.refused');
  });
  return element(
    'details',
    { className: 'taken-apart', open: false },
    element('summary', {}, element('span', { t: 'url.title' }), ' ', countdown(expiresAt, signal)),
    element('dl', {}, ...rows),
    element('p', { className: 'about', t: 'url.why' }),
    element(
      'p',
      { className: 'actions' },
      copy,
      element('a', { href: url, target: '_blank', rel: 'noopener', t: 'open.tab' }),
    ),
  );
}

function countdown(expiresAt, signal) {
  const text = element('span', {});
  const ring = element('span', { className: 'ring', 'aria-hidden': 'true' });
  const end = new Date(expiresAt).getTime();
  const whole = Math.max(1, end - Date.now());
  const tick = () => {
    const rest = end - Date.now();
    ring.style.setProperty('--rest', Math.max(0, Math.min(1, rest / whole)).toFixed(4));
    if (rest > 0) say(text, 'url.ends', { clock: clockText(rest) });
    else say(text, 'url.ended');
  };
  tick();
  const timer = setInterval(tick, 1000);
  signal.addEventListener('abort', () => clearInterval(timer));
  return element('span', { className: 'countdown', role: 'timer' }, ring, text);
}

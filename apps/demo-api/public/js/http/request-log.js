import { element } from '../dom.js';

const kept = 50;

/** Lists requests, latest first; those of one upload stand together under its name, in their order. */
export function requestLog(details) {
  const list = details.querySelector('ol');
  const counter = details.querySelector('[data-count]');
  /** What is about the same thing, by that thing. */
  const groups = new WeakMap();
  let count = 0;

  const listOf = (about) => {
    const known = groups.get(about);
    if (known?.isConnected) return known;
    const made = element('ol');
    list.prepend(element('li', { className: 'group' }, element('b', {}, about.name), made));
    groups.set(about, made);
    return made;
  };

  return ({ method, to, path, status, ms, about }) => {
    counter.textContent = ++count;
    const failed = typeof status !== 'number' || status >= 400;
    const answer = element('span', { className: failed ? 'log-status failed' : 'log-status' }, `${status}`);
    const row = element(
      'li',
      {},
      element('b', {}, to),
      ` ${method} `,
      element('span', {}, path),
      ' ',
      answer,
      ` ${ms} ms`,
    );
    if (about) listOf(about).append(row);
    else list.prepend(row);
    if (list.children.length > kept) list.lastElementChild.remove();
  };
}

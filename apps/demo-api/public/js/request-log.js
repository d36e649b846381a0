import { element } from './dom.js';

const kept = 50;

/** Lists requests, latest first. */
export function requestLog(details) {
  const list = details.querySelector('ol');
  const counter = details.querySelector('[data-count]');
  let count = 0;
  return ({ method, to, path, status, ms }) => {
    counter.textContent = ++count;
    const failed = typeof status !== 'number' || status >= 400;
    const about = element('span', { className: failed ? 'log-status failed' : 'log-status' }, `${status}`);
    list.prepend(
      element('li', {}, element('b', {}, to), ` ${method} `, element('span', {}, path), ' ', about, ` ${ms} ms`),
    );
    if (list.children.length > kept) list.lastElementChild.remove();
  };
}

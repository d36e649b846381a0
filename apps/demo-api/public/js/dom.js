import { has, locale, name, say, t } from './i18n.js';

/**
 * An element with properties and children. Children that are text become text nodes: nothing is ever parsed as HTML.
 * Properties whose name has a hyphen become attributes; `t` is the key of a text, `label` that of an accessible name, `gaps`
 * fill both.
 */
export function element(tag, { t: key, label, gaps, ...properties } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [property, value] of Object.entries(properties)) {
    if (property.includes('-')) made.setAttribute(property, value);
    else made[property] = value;
  }
  made.append(...children);
  if (key) say(made, key, gaps);
  if (label) name(made, label, gaps);
  return made;
}

export const button = (key, onclick, properties = {}) =>
  element('button', { type: 'button', onclick, t: key, ...properties });

const svgSpace = 'http://www.w3.org/2000/svg';

/** A drawing of lines, 24 by 24, which says nothing to those who do not see it. */
export function icon(...paths) {
  const svg = document.createElementNS(svgSpace, 'svg');
  for (const [attribute, value] of Object.entries({ viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true' }))
    svg.setAttribute(attribute, value);
  for (const d of paths) svg.appendChild(document.createElementNS(svgSpace, 'path')).setAttribute('d', d);
  return svg;
}

const units = ['bytes', 'KiB', 'MiB', 'GiB'];

export function sizeText(bytes) {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const amount = bytes / 1024 ** power;
  const digits = power === 0 || amount >= 10 ? 0 : 1;
  const text = amount.toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return `${text} ${power === 0 ? t(bytes === 1 ? 'byte' : 'bytes') : units[power]}`;
}

export const dateText = (iso) =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso));
export const timeText = (iso) => new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(new Date(iso));

const steps = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
];

/** How long ago, in words; the date where it is more than a month. */
export function agoText(iso) {
  const seconds = (Date.now() - new Date(iso)) / 1000;
  if (seconds > 30 * 86_400) return dateText(iso);
  const [length, unit] = steps.find(([length]) => seconds >= length) ?? [];
  if (!unit) return t('now');
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(-Math.floor(seconds / length), unit);
}

/** `14:32` of so many milliseconds. */
export function clockText(ms) {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** An error as whoever refused it gave it: in the reader's language where the code is known, else in its own words. */
export const errorNodes = ({ from, statusCode, code, message }) => [
  element('strong', {}, [from, statusCode, code].filter(Boolean).join(' ')),
  ' ',
  has(`code.${code}`) ? element('span', { t: `code.${code}` }) : element('span', { lang: 'en' }, message),
];

const toasts = document.querySelector('.toasts');

/** Says something where it is seen, wherever the page is scrolled to. */
export function toast(nodes, isError = false) {
  const shown = element('p', { className: isError ? 'toast error' : 'toast' }, ...nodes);
  toasts.append(shown);
  setTimeout(() => shown.remove(), 8_000);
}

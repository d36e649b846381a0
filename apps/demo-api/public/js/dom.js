/**
 * An element with properties and children. Children that are text become text nodes: nothing is ever parsed as HTML.
 * Properties whose name has a hyphen become attributes.
 */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes('-')) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

export const button = (text, onclick, properties = {}) =>
  element('button', { type: 'button', onclick, ...properties }, text);

const units = ['bytes', 'KiB', 'MiB', 'GiB'];

export function sizeText(bytes) {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10));
  const amount = bytes / 1024 ** power;
  return `${power === 0 ? amount : amount.toFixed(amount < 10 ? 1 : 0)} ${bytes === 1 ? 'byte' : units[power]}`;
}

const dates = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const times = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

export const dateText = (iso) => dates.format(new Date(iso));
export const timeText = (iso) => times.format(new Date(iso));

/** An error as whoever refused it gave it. */
export const errorNodes = ({ from, statusCode, code, message }) => [
  element('strong', {}, [from, statusCode, code].filter(Boolean).join(' ')),
  ` ${message}`,
];

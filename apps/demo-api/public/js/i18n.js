import { deAttacks } from './lang/de.attacks.js';
import { deTries } from './lang/de.tries.js';
import { deViews } from './lang/de.views.js';
import { de } from './lang/de.js';
import { enViews } from './lang/en.views.js';
import { en } from './lang/en.js';

const languages = { en: { ...en, ...enViews }, de: { ...de, ...deViews } };
/** For what arrives in English, by which it is found; what is missing is shown as it came. */
const translations = { de: { ...deAttacks, ...deTries } };
/** What stands in for the gaps of a text, by the element that shows it. */
const values = new WeakMap();
/** What arrived in English, by the element that shows it. */
const originals = new WeakMap();
let language = localStorage.getItem('language') ?? (navigator.language.startsWith('de') ? 'de' : 'en');

export const locale = () => (language === 'de' ? 'de' : 'en-GB');

/** The text of a key in the language that is shown; `{gap}` is filled. */
export function t(key, gaps = {}) {
  const text = languages[language][key] ?? languages.en[key] ?? key;
  return text.replaceAll(/\{(\w+)\}/g, (_whole, name) => gaps[name] ?? '');
}

export const has = (key) => Object.hasOwn(languages.en, key);

/** Lets an element show a text, now and in whatever language comes. */
export function say(node, key, gaps) {
  node.dataset.t = key;
  values.set(node, gaps);
  node.textContent = t(key, gaps);
  return node;
}

/** The same for its name to assistive technology. */
export function name(node, key, gaps) {
  node.dataset.label = key;
  values.set(node, gaps);
  node.setAttribute('aria-label', t(key, gaps));
  return node;
}

/** Lets an element show what arrived in English, and says in which language it then is; `key` finds it where it is no text. */
export function sayArrived(node, english, key = english) {
  node.dataset.arrived = key;
  originals.set(node, english);
  showArrived(node);
  return node;
}

function showArrived(node) {
  const text = translations[language]?.[node.dataset.arrived];
  node.lang = text === undefined ? 'en' : language;
  node.textContent = text ?? originals.get(node);
}

export function translate(root) {
  for (const node of root.querySelectorAll('[data-t]')) node.textContent = t(node.dataset.t, values.get(node));
  for (const node of root.querySelectorAll('[data-label]'))
    node.setAttribute('aria-label', t(node.dataset.label, values.get(node)));
  for (const node of root.querySelectorAll('[data-arrived]')) showArrived(node);
}

function show() {
  document.documentElement.lang = language;
  document.title = t('page');
  translate(document);
}

/** The button that changes the language; `onChange` shows anew what holds dates and sizes. */
export function languageButton(button, onChange) {
  const label = () => {
    button.textContent = language === 'de' ? 'English' : 'Deutsch';
    button.lang = language === 'de' ? 'en' : 'de';
  };
  button.addEventListener('click', () => {
    language = language === 'de' ? 'en' : 'de';
    localStorage.setItem('language', language);
    show();
    label();
    onChange();
  });
  show();
  label();
}

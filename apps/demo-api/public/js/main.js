import { Attacks } from './attacks/attacks.js';
import { Bucket } from './bucket/bucket.js';
import { Pane } from './files/pane.js';
import { placeOf } from './files/places.js';
import { languageButton } from './i18n.js';
import { Records } from './records/records.js';
import { showScanner } from './scanner.js';
import { themeButton } from './theme.js';
import { showViews } from './views.js';

const form = document.querySelector('.place');
const panesNode = document.querySelector('#panes');
const { compare, kind, year, month } = form.elements;

const lastMonth = new Date();
lastMonth.setUTCMonth(lastMonth.getUTCMonth(), 0);
year.value = lastMonth.getUTCFullYear();
month.value = lastMonth.getUTCMonth() + 1;

const refresh = () => Promise.all([...panes.map((pane) => pane.show()), bucket.show()]);
const panes = [
  { orgId: '1', admin: 'ada' },
  { orgId: '11', admin: 'bob' },
].map((whose) => new Pane({ ...whose, onChanged: refresh, other: (me) => panes.find((each) => each !== me) }));
panesNode.append(...panes.map(({ root }) => root));
const attacks = new Attacks(document.querySelector('#view-attacks'));
const bucket = new Bucket(document.querySelector('.bucket'), () => ({
  mine: panes[0].session,
  theirs: panes[1].session,
}));
const records = new Records(document.querySelector('.records'), () => panes[0].session);
languageButton(document.querySelector('[data-language]'), () => {
  for (const pane of panes) pane.retell();
});
themeButton(document.querySelector('[data-theme]'));

function go() {
  for (const part of form.querySelectorAll('[data-for]')) part.hidden = part.dataset.for !== kind.value;
  const place = placeOf(form);
  return Promise.all(panes.map((pane) => pane.go(place)));
}

function compareOrNot() {
  panes[1].root.hidden = !compare.checked;
  panesNode.classList.toggle('split', compare.checked);
}

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('change', ({ target }) => {
  if (target === compare) compareOrNot();
  else void go();
});

// A file that misses its place must not make the browser leave the page, and every upload with it.
for (const type of ['dragover', 'drop']) window.addEventListener(type, (event) => event.preventDefault());
window.addEventListener('beforeunload', (event) => {
  if (panes.some((pane) => pane.isSending)) event.preventDefault();
});

showViews({ attacks: () => attacks.show(), bucket: () => bucket.show(), records: () => records.show() });
// On a narrow screen the second one would be far below.
compare.checked = matchMedia('(min-width: 60rem)').matches;
compareOrNot();
void showScanner(document.querySelector('.scanner'));
await go();
await Promise.all(panes.map((pane) => pane.signIn()));
void bucket.show();
if (await records.isThere()) {
  document.querySelector('.tabs [href="#records"]').hidden = false;
  void records.show();
}
for (const pane of panes) pane.takeUpInterrupted();

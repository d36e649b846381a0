import { Pane } from './pane.js';
import { placeOf } from './places.js';

const form = document.querySelector('.place');
const main = document.querySelector('#panes');
const { compare, kind, year, month } = form.elements;

const lastMonth = new Date();
lastMonth.setUTCMonth(lastMonth.getUTCMonth(), 0);
year.value = lastMonth.getUTCFullYear();
month.value = lastMonth.getUTCMonth() + 1;

const refresh = () => Promise.all(panes.map((pane) => pane.show()));
const panes = ['1', '11'].map((orgId) => new Pane({ orgId, role: 'admin' }, refresh));
main.append(...panes.map(({ root }) => root));

function go() {
  for (const part of form.querySelectorAll('[data-for]')) part.hidden = part.dataset.for !== kind.value;
  const place = placeOf(form);
  return Promise.all(panes.map((pane) => pane.go(place)));
}

function compareOrNot() {
  panes[1].root.hidden = !compare.checked;
  main.classList.toggle('split', compare.checked);
}

form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('change', ({ target }) => {
  if (target === compare) compareOrNot();
  else void go();
});

// On a narrow screen the second one would be far below.
compare.checked = matchMedia('(min-width: 60rem)').matches;
compareOrNot();
await go();
await Promise.all(panes.map((pane) => pane.signIn()));

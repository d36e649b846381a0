import { button, element, errorNodes, sizeText } from './dom.js';

/** What became of an upload, in the words of its row. */
function outcome({ state, step, error, sent, file, stored }) {
  const amount = `${sizeText(sent)} of ${sizeText(file.size)}`;
  if (state === 'done') return [`Stored as ${stored.contentType}, ${sizeText(stored.size)}.`];
  if (state === 'failed') return errorNodes(error);
  if (state === 'paused') return [`Paused at ${amount}.`];
  if (state === 'cancelled') return ['Cancelled: nothing was kept.'];
  return [`${amount}, ${step}`];
}

/** The row of one upload: progress, what can be done about it, and how it ended. Give `show` every change. */
export function uploadRow(name, about) {
  const bar = element('progress', { max: 1, value: 0, 'aria-label': `Progress of ${name}` });
  const text = element('p', { className: 'outcome' });
  const announced = element('p', { className: 'outcome', role: 'status' });
  const buttons = element('p', { className: 'actions' });
  const row = element(
    'li',
    {},
    element('p', { className: 'name' }, name),
    element('p', { className: 'about' }, about),
    bar,
    text,
    announced,
    buttons,
  );
  let shown = '';

  const offer = (upload) => {
    const of = (verb, act) => button(verb, act, { 'aria-label': `${verb}: ${name}` });
    const isOver = ['done', 'failed', 'cancelled'].includes(upload.state) && !upload.canResume;
    return [
      upload.canPause && of('Pause', () => upload.pause()),
      upload.canResume && of('Resume', () => void upload.run()),
      isOver ? of('Dismiss', () => row.remove()) : of('Cancel', () => upload.cancel()),
    ].filter(Boolean);
  };

  const show = (upload) => {
    const { state, sent, file } = upload;
    row.dataset.state = state;
    bar.value = sent / Math.max(file.size, 1);
    bar.hidden = state !== 'running' && state !== 'paused';
    const isRunning = state === 'running';
    text.replaceChildren(...(isRunning ? outcome(upload) : []));
    const now = `${state} ${upload.canPause} ${upload.canResume}`;
    if (now === shown) return;
    shown = now;
    announced.replaceChildren(...(isRunning ? [] : outcome(upload)));
    const hadFocus = buttons.contains(document.activeElement);
    buttons.replaceChildren(...offer(upload));
    if (hadFocus) buttons.querySelector('button').focus();
  };

  return { row, show };
}

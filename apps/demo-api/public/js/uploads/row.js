import { button, clockText, element, errorNodes, sizeText } from '../dom.js';
import { name as label, say } from '../i18n.js';
import { Speed } from './speed.js';

const isOver = ({ state, canResume, canRetry }) =>
  ['done', 'failed', 'cancelled'].includes(state) && !canResume && !canRetry;

/** What became of an upload, in the words of its row. */
function outcome({ state, error, sent, file, stored, canResume }) {
  const gaps = { sent: sizeText(sent), size: sizeText(file.size), type: stored?.contentType };
  if (state === 'done') return [element('span', { t: 'up.done', gaps: { ...gaps, size: sizeText(stored.size) } })];
  if (state === 'failed' && canResume && error.code === 'no_answer') return [element('span', { t: 'up.lost', gaps })];
  if (state === 'failed') return errorNodes(error);
  return [element('span', { t: `up.${state}`, gaps })];
}

/** The row of one upload: progress, what can be done about it, and how it ended. Give `show` every change. */
export function uploadRow(name, about, { queue, onFile }) {
  const bar = element('progress', { max: 1, value: 0, label: 'up.progress', gaps: { name } });
  const parts = element('span', { className: 'parts', 'aria-hidden': 'true' });
  const text = element('p', { className: 'outcome' });
  const announced = element('p', { className: 'outcome', role: 'status' });
  const buttons = element('p', { className: 'actions' });
  const row = element('li', {}, element('p', { className: 'name' }, name), about, bar, parts, text, announced, buttons);
  const speed = new Speed();
  let shown = '';

  const offer = (upload) => {
    const of = (verb, act) => label(button(verb, act), `${verb}.of`, { name });
    return [
      upload.state === 'interrupted' && fileChooser(name, onFile),
      upload.canPause && of('pause', () => upload.pause()),
      upload.canResume && of('resume', () => queue.add(upload)),
      upload.canRetry && of('retry', () => queue.add(upload)),
      isOver(upload) ? of('dismiss', () => row.remove()) : of('cancel', () => upload.cancel()),
    ].filter(Boolean);
  };

  const tell = ({ sent, file, step }) => {
    const perSecond = speed.of(sent);
    const gaps = { sent: sizeText(sent), size: sizeText(file.size) };
    const rest = perSecond > 0 && sent < file.size && clockText((1000 * (file.size - sent)) / perSecond);
    text.replaceChildren(
      element('span', { t: 'up.running', gaps }),
      ' ',
      rest
        ? element('span', { t: 'up.speed', gaps: { speed: sizeText(perSecond), rest } })
        : element('span', { t: step }),
    );
  };

  const showParts = (shares) => {
    while (parts.children.length < shares.length) parts.append(element('i'));
    for (const [at, share] of shares.entries()) parts.children[at].style.setProperty('--share', share.toFixed(3));
  };

  const show = (upload) => {
    const { state, sent, file } = upload;
    row.dataset.state = state;
    bar.value = sent / Math.max(file.size, 1);
    bar.hidden = state !== 'running' && state !== 'paused';
    parts.hidden = bar.hidden || upload.shares.length < 2;
    showParts(upload.shares);
    if (state === 'running') tell(upload);
    const now = `${state} ${upload.canPause} ${upload.canResume}`;
    if (now === shown) return;
    shown = now;
    if (state !== 'running') {
      speed.forget();
      text.replaceChildren();
    }
    announced.replaceChildren(...(state === 'running' ? [] : outcome(upload)));
    const hadFocus = buttons.contains(document.activeElement);
    buttons.replaceChildren(...offer(upload));
    if (hadFocus) buttons.querySelector('button, input').focus();
  };

  return { row, show };
}

function fileChooser(name, onFile) {
  const input = element('input', { type: 'file', label: 'again.of', gaps: { name } });
  input.addEventListener('change', () => onFile(input.files[0]));
  return element('label', { className: 'file-button' }, input, say(element('span'), 'again'));
}

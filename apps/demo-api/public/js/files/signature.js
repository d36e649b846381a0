import SignaturePad from '../../lib/signature_pad.js';
import { button, element } from '../dom.js';
import { say } from '../i18n.js';

/** Pixels of the picture for one of the screen: a signature is printed too. */
const ratio = 2;

/** Draws a signature with a pointer, or writes a name for those who use keys; what is saved is a PNG like any other file. */
export function signatureForm(onSave) {
  const canvas = element('canvas', { label: 'sign.canvas', role: 'img' });
  const pad = new SignaturePad(canvas, {
    minWidth: 1.2,
    maxWidth: 3.4,
    penColor: '#16211e',
    backgroundColor: '#ffffff',
  });
  const written = element('input', { autocomplete: 'name', maxLength: 60 });
  const save = button('sign.save', () => void saveIt(), { className: 'primary', disabled: true });
  const tell = () => (save.disabled = pad.isEmpty() && written.value.trim() === '');

  const write = () => {
    const name = written.value.trim();
    pad.clear();
    if (name) lettersOf(canvas, name);
    tell();
  };
  const undo = () => {
    const strokes = pad.toData();
    strokes.pop();
    written.value = '';
    pad.fromData(strokes);
    tell();
  };
  const clear = () => {
    written.value = '';
    pad.clear();
    tell();
  };
  async function saveIt() {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
    onSave(new File([blob], 'signature.png', { type: 'image/png' }));
    clear();
  }

  // What is drawn stays where it is when the field gets another size.
  new ResizeObserver(() => {
    if (canvas.clientWidth === 0) return;
    const strokes = pad.toData();
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    canvas.getContext('2d').scale(ratio, ratio);
    pad.fromData(strokes);
    if (written.value) write();
  }).observe(canvas);
  pad.addEventListener('beginStroke', () => {
    if (written.value) clear();
  });
  pad.addEventListener('endStroke', tell);
  written.addEventListener('input', write);
  return element(
    'section',
    { className: 'signer' },
    say(element('p', { className: 'hint' }), 'sign.lead'),
    canvas,
    element('label', {}, element('span', { t: 'sign.write' }), written),
    element('p', { className: 'actions' }, save, button('sign.undo', undo), button('sign.clear', clear)),
  );
}

/** The name in letters that look like a hand, as large as fits. */
function lettersOf(canvas, name) {
  const pen = canvas.getContext('2d');
  const font = (pixels) => `italic ${pixels}px "Segoe Script", "Snell Roundhand", "Brush Script MT", cursive`;
  const { clientWidth, clientHeight } = canvas;
  const largest = clientHeight / 2;
  pen.font = font(largest);
  const pixels = Math.min(largest, (largest * (clientWidth - 60)) / pen.measureText(name).width);
  pen.font = font(pixels);
  pen.fillStyle = '#16211e';
  pen.textBaseline = 'middle';
  pen.fillText(name, 30, clientHeight / 2);
}

import { say } from '../i18n.js';

const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes('Files');

/** Lets files be dropped anywhere on a place; `mayDrop` says whether it takes any now. */
export function dropTarget(root, mayDrop, onFiles) {
  const text = root.querySelector('.drop-here');
  // Each element that is crossed is entered before the last one is left.
  let depth = 0;
  const over = (change) => {
    depth = Math.max(0, change);
    root.classList.toggle('over', depth > 0);
  };
  root.addEventListener('dragenter', (event) => {
    if (!hasFiles(event) || !mayDrop()) return;
    if (depth === 0) say(text, 'drop', { place: root.querySelector('h3').textContent });
    over(depth + 1);
  });
  root.addEventListener('dragleave', () => over(depth - 1));
  root.addEventListener('dropped', () => over(0));
  root.addEventListener('drop', (event) => {
    event.preventDefault();
    over(0);
    if (mayDrop()) onFiles([...event.dataTransfer.files]);
  });
}

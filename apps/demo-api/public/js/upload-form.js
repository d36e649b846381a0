import { declaredType } from './places.js';
import { sizeText } from './dom.js';
import { Upload } from './upload.js';
import { uploadRow } from './upload-row.js';

/**
 * The form that sends files to a place, and the rows of those it sent.
 *
 * @param onStored called after each file that got there
 * @returns `aim`, to be told before a file can be sent
 */
export function uploadForm({ form, rows, onStored }) {
  const { files, fileName, contentType, replace, sha256 } = form.elements;
  const title = form.querySelector('.drop-title');
  const prompt = title.textContent;
  let place;
  let session;
  form.querySelector('[data-direct]').hidden = !globalThis.crypto?.subtle;

  const describe = () => {
    const chosen = [...files.files];
    const [first] = chosen;
    const isOne = chosen.length === 1;
    title.textContent = isOne
      ? `${first.name} (${sizeText(first.size)})`
      : chosen.length > 1
        ? `${chosen.length} files`
        : prompt;
    fileName.value = isOne ? first.name : '';
    contentType.value = isOne ? declaredType(first) : '';
    // Several files keep their own.
    fileName.disabled = contentType.disabled = chosen.length > 1;
  };

  const start = (file, isOne) => {
    const declared = {
      way: form.elements.way.value,
      fileName: isOne ? fileName.value : file.name,
      contentType: isOne ? contentType.value : declaredType(file),
      replace: replace.checked,
      sha256: sha256.checked,
    };
    const way = form.querySelector(`[value=${declared.way}] + span`).textContent;
    const about = `${way}, organisation ${session.person.orgId}, ${place.title}`;
    const { row, show } = uploadRow(place.many ? declared.fileName : file.name, about);
    rows.prepend(row);
    const upload = new Upload(session, place, file, declared, (changed) => {
      show(changed);
      if (changed.state === 'done') onStored();
    });
    void upload.run();
  };

  files.addEventListener('change', describe);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const chosen = [...files.files];
    if (chosen.length === 0) {
      files.click();
      return;
    }
    for (const file of chosen) start(file, chosen.length === 1);
    files.value = '';
    describe();
  });

  form.addEventListener('dragover', (event) => {
    event.preventDefault();
    form.classList.add('over');
  });
  form.addEventListener('dragleave', () => form.classList.remove('over'));
  form.addEventListener('drop', (event) => {
    event.preventDefault();
    form.classList.remove('over');
    const { files: dropped } = event.dataTransfer;
    if (dropped.length > 1 && !place.many) return;
    files.files = dropped;
    describe();
  });

  return {
    /** Where files go, and as whom. */
    aim(next, person) {
      session = person;
      if (place === next) return;
      place = next;
      files.accept = next.accepts ?? '';
      files.multiple = next.many;
      form.querySelector('.drop-hint').textContent = next.hint;
      for (const part of form.querySelectorAll('[data-many]')) part.hidden = !next.many;
      files.value = '';
      describe();
    },
  };
}

/** What JavaScript never has outside of strings, templates and comments. https://tc39.es/ecma262/#sec-white-space */
// oxlint-disable-next-line no-control-regex
const illegal = /[\0-\x08\x0e-\x1f\x7f#@\\]/;

/** After one of these a slash divides; elsewhere it opens a regular expression. */
const operand = /[\w$)\]}\x80-\xff]/;

/**
 * Whether a binary file may also be a script: `GIF89a/*`, `GIF89a:/*`, `RIFF=1/*` and the like, where the sizes of a picture
 * read as the beginning of a statement, and a comment, a string or a template hides the rest. Bytes of a real file are
 * illegal in JavaScript almost at once; whatever might not be is taken for script.
 *
 * @param isWhole whether `head` is the whole file. Else a template that is still open at its end says nothing (every
 *   GIF 96 pixels wide opens one), while an open comment, string or expression does.
 */
export function mayBeScript(head: Buffer, isWhole: boolean): boolean {
  const text = head.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  let last = '';
  let isNewLine = false;
  let at = text.startsWith('#!') ? lineEnd(text, 0) : 0;
  while (at < text.length) {
    const char = text.charAt(at);
    const two = text.slice(at, at + 2);
    if (illegal.test(char)) return false;
    if (two === '//' || text.startsWith('<!--', at) || text.startsWith('-->', at)) at = lineEnd(text, at);
    else if (two === '/*') {
      const end = text.indexOf('*/', at + 2);
      if (end < 0) return !isWhole;
      at = end + 2;
      isNewLine = true;
    } else if (char === '`') {
      const end = closing(text, at, '`');
      if (end < 0) return false;
      at = end + 1;
      last = ')';
    } else if (char === '"' || char === "'" || (char === '/' && !operand.test(last))) {
      // A string after a name is no statement, unless it stands on a line of its own.
      if (char !== '/' && operand.test(last) && !isNewLine) return false;
      const end = closing(text, at, char);
      const body = text.slice(at, end < 0 ? undefined : end).replace(/\\[^]/g, '');
      if (/[\r\n]/.test(body)) return false;
      if (end < 0) return !isWhole;
      at = end + 1;
      last = ')';
    } else {
      if (/[\r\n]/.test(char)) isNewLine = true;
      else if (!/\s/.test(char)) {
        last = char;
        isNewLine = false;
      }
      at += 1;
    }
  }
  return true;
}

function lineEnd(text: string, from: number): number {
  const length = text.slice(from).search(/[\r\n]/);
  return length < 0 ? text.length : from + length;
}

/** Where what opens at `from` is closed; a backslash takes the next character with it, and `[/]` closes no expression. */
function closing(text: string, from: number, quote: string): number {
  let isInClass = false;
  for (let at = from + 1; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === quote && !isInClass) return at;
    else if (quote === '/' && (char === '[' || char === ']')) isInClass = char === '[';
  }
  return -1;
}

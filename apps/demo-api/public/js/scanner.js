import { say } from './i18n.js';

/** Who looks for malware here: anybody may know. */
export async function showScanner(line) {
  const { details } = await (await fetch('/api/health/ready')).json();
  const { engine, available } = details?.scanner ?? {};
  if (!engine) return;
  say(line, !available ? 'scanner.gone' : engine === 'eicar-only' ? 'scanner.eicar' : 'scanner.by', { engine });
  line.hidden = false;
}

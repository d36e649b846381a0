import { element } from '../dom.js';
import { frameFor } from './player.js';

const longestText = 100_000;

/** The bytes of a file as the API sent them: what shows them, until `signal` ends. */
export async function bytesOf(blob, name, signal) {
  const type = blob.type || 'application/octet-stream';
  const text = await textOf(blob);
  if (text !== undefined) return { type, node: element('pre', { tabIndex: 0 }, text) };
  const url = URL.createObjectURL(blob);
  signal.addEventListener('abort', () => URL.revokeObjectURL(url));
  return { type, node: frameFor(name, type, url) };
}

async function textOf(blob) {
  const isGzip = blob.type === 'application/gzip';
  if (!isGzip && !blob.type.startsWith('text/')) return undefined;
  const plain = isGzip ? blob.stream().pipeThrough(new DecompressionStream('gzip')) : blob;
  const text = await new Response(plain).text();
  return text.length > longestText ? `${text.slice(0, longestText)}\n…` : text;
}

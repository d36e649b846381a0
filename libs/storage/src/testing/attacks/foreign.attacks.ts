import type { Attack, Step } from './attack.js';

const foreign = (name: string, tries: string, step: Partial<Step>, must: Attack['must']): Attack => ({
  name: `foreign file: ${name}`,
  area: 'foreign file',
  tries,
  sends: [{ to: 'api', as: 'b', method: 'GET', url: '{placeOfA}/content', ...step }],
  must,
  from: ['CWE-639', 'CWE-203'],
});
const absent = {
  refusedBy: 'files',
  status: 404,
  code: 'not_found',
  note: 'Not to be told from an absent file.',
} as const;

// A head has no body to say a code in.
const headOnly = { refusedBy: 'files', status: 404 } as const;

/** The place of A's file, asked for by B: there is nothing. */
export const foreignAttacks: readonly Attack[] = [
  foreign('its bytes', "to read a neighbour's file", {}, absent),
  foreign('a URL', 'to have a URL signed for it', { url: '{placeOfA}/url' }, absent),
  foreign('part of its bytes', 'to read it in pieces', { headers: { range: 'bytes=0-3' } }, absent),
  foreign('whether it changed', 'to learn that it is there', { headers: { 'if-none-match': '*' } }, absent),
  foreign('its head', 'to learn its size', { method: 'HEAD' }, headOnly),
  foreign(
    'its removal',
    "to remove a neighbour's file",
    { method: 'DELETE', url: '{placeOfA}' },
    { refusedBy: 'nobody', status: 204, note: "A's file stays: B had none." },
  ),
];

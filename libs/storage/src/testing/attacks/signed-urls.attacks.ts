import type { Attack, Step, UrlChange } from './attack.js';

const bearer = 'CWE-345';

const read = (name: string, tries: string, change: Partial<Step>, from: readonly string[] = [bearer]): Attack => ({
  name: `read URL: ${name}`,
  area: 'signed URL',
  tries,
  sends: [{ to: 'store', as: 'nobody', method: 'GET', url: '{urlOfA}', ...change }],
  // Malformed for one store is not signed for another.
  must: { refusedBy: 'store', status: [403, 400] },
  from,
});
const altered = (...changes: UrlChange[]) => ({ changes });

/** A URL that reads one file of A, copied by somebody and altered. */
export const readUrlAttacks: readonly Attack[] = [
  read(
    'the key of another organisation',
    "to turn one's own URL into one for a neighbour's file",
    altered({ replace: '/{orgA}/', with: '/{orgB}/' }),
    ['CWE-639'],
  ),
  read('a key that climbs out', 'the same through dots', altered({ replace: '/{orgA}/', with: '/{orgA}/../{orgB}/' }), [
    'CWE-22',
  ]),
  read(
    'a key that climbs out, encoded',
    'the same through dots that a server decodes later',
    altered({ replace: '/{orgA}/', with: '/{orgA}/%2e%2e/{orgB}/' }),
    ['CWE-22', 'CWE-177'],
  ),
  read('a life of a week', 'to keep reading', altered({ parameter: 'X-Amz-Expires', set: '604800' }), ['CWE-613']),
  read('no life at all', 'to keep reading for ever', altered({ parameter: 'X-Amz-Expires', drop: true }), ['CWE-613']),
  read('a later date', 'to make it young again', altered({ parameter: 'X-Amz-Date', flip: true }), ['CWE-613']),
  read(
    'one character of the signature',
    'to find a check that looks at part of it',
    altered({ parameter: 'X-Amz-Signature', flip: true }),
    ['CWE-347'],
  ),
  read(
    'no signature',
    'to find a store that takes none for good',
    altered({ parameter: 'X-Amz-Signature', drop: true }),
    ['CWE-306'],
  ),
  read('fewer signed headers', 'to be free of the host', altered({ parameter: 'X-Amz-SignedHeaders', set: '' }), [
    'CWE-347',
  ]),
  read('another version', 'to read what was deleted', altered({ append: '&versionId=null' })),
  read(
    'a type of its own',
    'to have a picture opened as a page',
    altered({ append: '&response-content-type=text%2Fhtml' }),
    ['CVE-2018-16477', 'CWE-79'],
  ),
  read(
    'a disposition of its own',
    'to have a download opened',
    altered({ append: '&response-content-disposition=inline' }),
    ['CVE-2018-16477', 'supabase/storage#839'],
  ),
  read('its ACL', 'to read or set who may read', altered({ append: '&acl' })),
  read('used to delete', 'to remove with a right to read', { method: 'DELETE' }, ['CWE-650']),
  read('used to write', 'to replace with a right to read', { method: 'PUT', body: { text: 'of nobody' } }, ['CWE-650']),
  read(
    'another host',
    'to have it signed for one and used at another',
    { headers: { host: 'files.attacker.example' } },
    ['CWE-346'],
  ),
  read('after its end', 'to use a URL from an old mail', { later: 901 }, ['CWE-613']),
];

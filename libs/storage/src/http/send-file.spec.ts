import type { IncomingMessage } from 'node:http';
import { readOptionsOf } from './send-file.js';

const asked = (headers: object, method = 'GET') => readOptionsOf({ headers, method } as IncomingMessage);

test.each([
  ['nothing', {}, {}],
  ['one range', { range: 'bytes=0-9' }, { range: 'bytes=0-9' }],
  ['a range from the end', { range: 'bytes=-9' }, { range: 'bytes=-9' }],
  ['several ranges are ignored', { range: 'bytes=0-1,5-6' }, {}],
  ['another unit is ignored', { range: 'rows=0-1' }, {}],
  ['numbers beyond reason are ignored', { range: `bytes=${'9'.repeat(16)}-` }, {}],
  [
    'a range for one state of the file',
    { range: 'bytes=5-', 'if-range': '"e"' },
    { range: 'bytes=5-', ifRange: '"e"' },
  ],
  ['a range for a date is answered whole', { range: 'bytes=5-', 'if-range': 'Mon, 23 Nov 2026 22:00:00 GMT' }, {}],
  ['a range for a weak tag is answered whole', { range: 'bytes=5-', 'if-range': 'W/"e"' }, {}],
  ['conditions', { 'if-match': '"a"', 'if-none-match': '"b"' }, { ifMatch: '"a"', ifNoneMatch: '"b"' }],
])('%s', (_name, headers, options) => {
  expect(asked(headers)).toEqual(options);
});

test('HEAD has no range: RFC 9110, section 14.2', () => {
  expect(asked({ range: 'bytes=0-9' }, 'HEAD')).toEqual({});
});

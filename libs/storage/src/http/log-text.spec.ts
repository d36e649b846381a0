import { StorageError } from '../storage.error.js';
import { logText, redacted } from './log-text.js';

const because = (cause: unknown) => logText(new StorageError('store_unavailable', 'No answer.', { cause }));

test('names who failed, what it said, and the ids that the store gave', () => {
  const $metadata = { httpStatusCode: 503, requestId: 'REQ1', extendedRequestId: 'EXT2' };
  const cause = Object.assign(new Error('Please reduce your request rate.'), { name: 'SlowDown', $metadata });
  expect(because(cause)).toBe(
    'store_unavailable: No answer. (SlowDown 503, requestId REQ1, extendedRequestId EXT2: Please reduce your request rate.)',
  );
});

test('a failure of the network is told in a line, one of our own code with its stack', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:9000'), { code: 'ECONNREFUSED' });
  expect(because(refused)).toBe(
    'store_unavailable: No answer. (Error ECONNREFUSED: connect ECONNREFUSED 127.0.0.1:9000)',
  );
  expect(because(new TypeError('x is not a function'))).toMatch(
    /\nTypeError: x is not a function\n +at .*log-text\.spec/,
  );
});

test('no cause, or one that is no error, is nothing to stumble over', () => {
  expect(because(undefined)).toBe('store_unavailable: No answer.');
  expect(because('odd')).toBe('store_unavailable: No answer. (odd)');
  expect(because({})).toBe('store_unavailable: No answer. ()');
});

test.each([
  ['https://b.s3.amazonaws.com/1/uploads/anna.pdf?X-Amz-Signature=abc', 'https://b.s3.amazonaws.com/…'],
  ['https://user:secret@host/path', 'https://host/…'],
  ['GET /1/x?X-Amz-Signature=abc failed', 'GET /1/x?… failed'],
  ['Authorization: Bearer abc.def', 'Authorization: Bearer …'],
  ['token eyJhbGciOi.J9.x-y', 'token …'],
  ['"x-amz-security-token": "abc"', '"x-amz-security-token": "…"'],
  ['X-Amz-Credential=AKIA/2026', 'X-Amz-Credential=…'],
  ['not authorized on arn:aws:s3:::files/1/uploads/anna.pdf', 'not authorized on arn:aws:s3:::files/…'],
])('%s is logged as %s', (said, logged) => {
  expect(redacted(said)).toBe(logged);
  expect(because(Object.assign(new Error(said), { code: 'X' }))).toContain(logged);
});

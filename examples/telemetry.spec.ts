import type { IncomingMessage } from 'node:http';
import { quietHttp } from './telemetry.js';

const { redactedQueryParams, ignoreOutgoingRequestHook, startIncomingSpanHook } = quietHttp(['s3.example.com']);

test.each([
  [{ hostname: 's3.example.com' }, true],
  [{ host: 'clinic-files.s3.example.com:443' }, true],
  [{ hostname: 'nots3.example.com' }, false],
  [{}, false],
])('calls to the store are left to its own spans: %j', (options, isStore) => {
  expect(ignoreOutgoingRequestHook(options)).toBe(isStore);
});

test('what of a signed URL gives access is redacted, and nothing of a path is told', () => {
  expect(redactedQueryParams).toEqual(
    expect.arrayContaining(['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'Signature']),
  );
  const request = { url: '/forms/7/files/Anna.pdf?X-Amz-Signature=00' } as IncomingMessage;
  expect(startIncomingSpanHook(request)).toMatchObject({ 'url.path': 'REDACTED', 'http.target': 'REDACTED' });
});

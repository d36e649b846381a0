import type { IncomingMessage, RequestOptions } from 'node:http';

/**
 * For `new HttpInstrumentation(quietHttp(['s3.eu-central-1.amazonaws.com']))` of `@opentelemetry/instrumentation-http`, which
 * by default writes whole URLs into spans: of a signed one whoever reads the trace can read the file, and paths hold names of
 * files. Give the hosts of the endpoints.
 */
export const quietHttp = (storeHosts: readonly string[]) => ({
  // It replaces the default list, whose names are repeated here.
  redactedQueryParams: [
    ...['sig', 'Signature', 'AWSAccessKeyId', 'X-Goog-Signature'],
    ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token'],
  ],
  // Calls to the store have keys in their paths; `S3.…` spans of the option `telemetry` tell of them without.
  ignoreOutgoingRequestHook: ({ hostname, host }: RequestOptions) => {
    const name = (hostname ?? host ?? '').replace(/:\d+$/, '');
    return storeHosts.some((store) => name === store || name.endsWith(`.${store}`));
  },
  // What it returns is laid over the attributes; `http.route`, which the framework's instrumentation sets, is enough.
  startIncomingSpanHook: (_request: IncomingMessage) =>
    Object.fromEntries(
      ['url.path', 'url.query', 'url.full', 'http.url', 'http.target'].map((name) => [name, 'REDACTED']),
    ),
});

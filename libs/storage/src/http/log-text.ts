import type { StorageError } from '../storage.error.js';

interface Cause {
  name?: string;
  code?: string;
  message?: string;
  stack?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string; extendedRequestId?: string };
}

/**
 * Text for a log: without tokens, without the query of a URL, which is a secret where the URL is signed, and without the path
 * of an object, which holds a person's file name.
 */
export const redacted = (text: string): string =>
  text
    .replace(/(https?:\/\/)(?:[^\s/'"]*@)?([^\s/'"]+)\/[^\s'"]*/g, '$1$2/…')
    .replace(/(arn:[\w-]*:s3:::[\w.-]+)\/[^\s'"]+/g, '$1/…')
    .replace(/\?[^\s'"<>]*/g, '?…')
    .replace(/\b(bearer|basic)\s+[^\s'"]+/gi, '$1 …')
    .replace(/\beyJ[\w-]+(?:\.[\w-]*)+/g, '…')
    .replace(
      /(x-amz-[\w-]*(?:signature|credential|token)[\w-]*|signature|credential)(["']?\s*[=:]\s*["']?)[^\s'",&]+/gi,
      '$1$2…',
    );

/** An error of our own code: what mends it is its stack. What the network or the store answered has a code or a status. */
const isOurs = ({ code, $metadata, stack }: Cause): boolean =>
  code === undefined && $metadata === undefined && stack !== undefined;

/**
 * A `StorageError` for a log: with the error behind it, what that said, and the ids by which the store's support finds the
 * request. The stack only where the error is one of our own code.
 */
export const logText = (error: StorageError): string => `${error.code}: ${error.message}${causeOf(error)}`;

function causeOf({ cause }: { cause?: unknown }): string {
  if (cause === undefined || cause === null) return '';
  if (typeof cause !== 'object') return ` (${redacted(String(cause)).slice(0, 500)})`;
  const { name, code, message = '', stack = '', $metadata = {} } = cause as Cause;
  if (isOurs(cause as Cause)) return `\n${redacted(stack)}`;
  const { httpStatusCode, requestId, extendedRequestId } = $metadata;
  const ids = [requestId && `requestId ${requestId}`, extendedRequestId && `extendedRequestId ${extendedRequestId}`];
  const facts = [[name, code, httpStatusCode].filter(Boolean).join(' '), ...ids].filter(Boolean).join(', ');
  const said = redacted(message).slice(0, 500);
  return ` (${facts}${said && `: ${said}`})`;
}

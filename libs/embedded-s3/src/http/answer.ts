import type { Readable } from 'node:stream';
import type { S3Error } from '../errors/s3-error.js';
import { xmlDocument, type XmlNode } from '../xml/xml-writer.js';

export interface Answer {
  readonly status: number;
  /** `undefined` values are left out */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** a stream needs its `content-length` among the headers */
  readonly body?: string | Readable;
}

export const STS_NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

export function xmlAnswer(
  root: string,
  content: XmlNode,
  headers: Answer['headers'] = {},
  namespace?: string | null,
  status = 200,
): Answer {
  const body = xmlDocument(root, content, namespace);
  return { status, headers: { 'content-type': 'application/xml', ...headers }, body };
}

export function noContent(headers: Answer['headers'] = {}): Answer {
  return { status: 204, headers };
}

export function errorAnswer(error: S3Error, requestId: string, resource: string): Answer {
  if (error.status === 304) return { status: 304, headers: error.headers };
  const { code: Code, message: Message } = error;
  return {
    status: error.status,
    headers: { ...error.headers, 'content-type': 'application/xml' },
    body: xmlDocument('Error', { Code, Message, ...error.details, Resource: resource, RequestId: requestId }, null),
  };
}

/** The Security Token Service words its errors differently. */
export function stsErrorAnswer(error: S3Error, requestId: string): Answer {
  const { code: Code, message: Message } = error;
  return xmlAnswer(
    'ErrorResponse',
    { Error: { Type: 'Sender', Code, Message }, RequestId: requestId },
    {},
    STS_NAMESPACE,
    error.status,
  );
}

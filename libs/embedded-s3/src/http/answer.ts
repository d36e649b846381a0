import type { Readable } from 'node:stream';
import { xmlDocument, type XmlNode } from './xml-writer.js';
import type { S3Error } from './s3-error.js';

export interface Answer {
  readonly status: number;
  /** `undefined` values are left out */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** a stream needs its `content-length` among the headers */
  readonly body?: string | Readable;
}

export function xmlAnswer(root: string, content: XmlNode, headers: Answer['headers'] = {}, namespace?: string): Answer {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...headers },
    body: xmlDocument(root, content, namespace),
  };
}

export function noContent(headers: Answer['headers'] = {}): Answer {
  return { status: 204, headers };
}

export function errorAnswer(error: S3Error, context: { resource: string; requestId: string }): Answer {
  if (error.status === 304) return { status: 304, headers: error.headers };
  const content = {
    Code: error.code,
    Message: error.message,
    ...error.details,
    Resource: context.resource,
    RequestId: context.requestId,
  };
  return {
    status: error.status,
    headers: { ...error.headers, 'content-type': 'application/xml' },
    body: xmlDocument('Error', content, null),
  };
}

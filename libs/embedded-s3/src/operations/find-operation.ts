import type { S3Request } from '../http/request.js';
import { S3Error } from '../http/s3-error.js';
import type { Operation } from './context.js';

/**
 * Parameters that any request may carry: S3 takes no notice of those that begin with `x-`, and writes them into its access
 * log. https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 */
const HARMLESS = /^x-(?!amz-)/;

/** The operation a request asks for. What it carries beyond that is never ignored: 501. */
export function findOperation(operations: readonly Operation[], request: S3Request): Operation {
  const level = request.key ? 'object' : request.bucket ? 'bucket' : 'service';
  const candidates = operations.filter(
    (operation) =>
      operation.level === level &&
      (operation.query === undefined || request.query.has(operation.query)) &&
      (operation.header === undefined || request.headers[operation.header] !== undefined),
  );
  const selected = candidates.filter((operation) => operation.method === request.method).toSorted(mostSpecificFirst)[0];
  if (!selected)
    throw new S3Error(candidates.some((operation) => operation.query) ? 'MethodNotAllowed' : 'NotImplemented');
  const known = new Set([...(selected.params ?? []), selected.query]);
  const unknown = [...request.query.keys()].find((name) => !known.has(name) && !HARMLESS.test(name));
  if (unknown !== undefined) throw new S3Error('NotImplemented', undefined, { ArgumentName: unknown });
  return selected;
}

const selectors = (operation: Operation): number =>
  Number(operation.query !== undefined) + Number(operation.header !== undefined);

const mostSpecificFirst = (a: Operation, b: Operation): number => selectors(b) - selectors(a);

import { S3Error } from '../errors/s3-error.js';
import type { S3Request } from '../http/request.js';
import type { Operation } from './context.js';

/**
 * Parameters that any request may carry: S3 takes no notice of those that begin with `x-`, and writes them into its access
 * log. https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 */
const HARMLESS = /^x-(?!amz-)/;

/**
 * Finds the operation a request asks for among all there are. What a request carries beyond that is never ignored: 501.
 */
export function operationFinder(operations: readonly Operation[]): (request: S3Request) => Operation {
  const byMethod = new Map<string, Operation[]>();
  for (const operation of operations.toSorted(mostSpecificFirst)) {
    const place = `${operation.level} ${operation.method}`;
    byMethod.set(place, [...(byMethod.get(place) ?? []), operation]);
  }
  const subResources = new Set(
    operations.flatMap(({ level, query }) => (query === undefined ? [] : `${level} ${query}`)),
  );
  return (request) => {
    const level = request.key ? 'object' : request.bucket ? 'bucket' : 'service';
    const selected = byMethod.get(`${level} ${request.method}`)?.find((operation) => isAskedFor(operation, request));
    if (!selected) {
      const named = [...request.query.keys()].some((name) => subResources.has(`${level} ${name}`));
      throw new S3Error(named ? 'MethodNotAllowed' : 'NotImplemented');
    }
    const known = new Set([...(selected.params ?? []), selected.query]);
    const unknown = [...request.query.keys()].find((name) => !known.has(name) && !HARMLESS.test(name));
    if (unknown !== undefined) throw new S3Error('NotImplemented', undefined, { ArgumentName: unknown });
    return selected;
  };
}

const isAskedFor = ({ query, header }: Operation, request: S3Request): boolean =>
  (query === undefined || request.query.has(query)) && (header === undefined || request.headers[header] !== undefined);

const selectors = (operation: Operation): number =>
  Number(operation.query !== undefined) + Number(operation.header !== undefined);

const mostSpecificFirst = (a: Operation, b: Operation): number => selectors(b) - selectors(a);

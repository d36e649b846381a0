import { grantOfUpload, grantPattern, type Grant } from '../store/signing/grant.js';

/** One request, as S3's access log has it. */
export interface LoggedRequest {
  operation: string;
  /** The ARN or canonical id of whose credentials made it or signed its URL; `-` for nobody. */
  requester: string;
  /** Whether it was answered with what it asked for, or with that the asker's copy is current. */
  isServed: boolean;
  /** Whether its query carried a signature, as a URL's does. */
  isByUrl: boolean;
  /** As the URL said it, whatever it said; of a form, what its key says. */
  grant?: Grant;
}

/**
 * One line in either format that S3 delivers: fields between spaces, in a bucket, or JSON, in CloudWatch Logs; a time may
 * stand before the JSON, where a log group was exported. Undefined for what is neither. Nothing but a few fields is looked
 * at, since new ones may follow at any time.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html and sal-cw-log-format.html
 */
export function loggedRequest(line: string): LoggedRequest | undefined {
  const json = jsonPart.exec(line)?.[1];
  const fields = json === undefined ? textFields(line) : jsonFields(json);
  if (!fields) return undefined;
  const { operation, requester, key, uri, status } = fields;
  const query = uri.slice(uri.indexOf('?') + 1 || uri.length).split(' ', 1)[0]!;
  return {
    operation,
    requester,
    isServed: (status >= 200 && status < 300) || status === 304,
    isByUrl: /(?:^|&)(?:X-Amz-Signature|X-Amz-Credential|Signature)=/i.test(query),
    ...grantIn(query, operation, key),
  };
}

export const isRead = (operation: string): boolean => reads.has(operation);

/** Bytes of an object left it: for a caller, or into a copy. */
const reads = new Set(['REST.GET.OBJECT', 'WEBSITE.GET.OBJECT', 'REST.COPY.OBJECT_GET', 'REST.COPY.PART_GET']);

interface Fields {
  operation: string;
  requester: string;
  key: string;
  uri: string;
  status: number;
}

const jsonPart = /^(?:\d{4}-[\d-]+T[\d:.]+Z )?(\{.*)$/;

/** Owner, bucket, time, address, requester, request id, operation, key, "request", status: no field has a space but those in marks. */
const textLine = /^\S+ \S+ \[[^\]]*\] \S+ (\S+) \S+ (\S+) (\S+) (?:"([^ ]+ [^ ]* HTTP\/[\d.]+)"|-) (\d{3}|-) /;

function textFields(line: string): Fields | undefined {
  const found = textLine.exec(`${line} `);
  if (!found) return undefined;
  const [, requester = '-', operation = '-', key = '-', uri = '', status = ''] = found;
  return { requester, operation, key, uri, status: Number(status) || 0 };
}

function jsonFields(text: string): Fields | undefined {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof record !== 'object' || record === null || !('operation' in record)) return undefined;
  const { operation, requester, key_name: key, request_uri: uri, http_status: status } = record as Record<string, unknown>; // prettier-ignore
  const text_ = (value: unknown) => (typeof value === 'string' ? value : '-');
  return {
    operation: text_(operation),
    requester: text_(requester),
    key: text_(key),
    uri: text_(uri),
    status: Number(status) || 0,
  };
}

/** The log escapes a key twice. A form's address has no query. */
const incomingKey = /^incoming(?:\/|%2F|%252F)\d+(?:\/|%2F|%252F)([0-9a-f-]{36})$/i;

function grantIn(query: string, operation: string, key: string): { grant?: Grant } {
  const found = /(?:^|&)x-grant=([^&]*)/.exec(query)?.[1];
  if (found !== undefined) return { grant: grantPattern.test(found) ? found : malformed };
  const uploadId = operation === 'REST.POST.OBJECT' ? incomingKey.exec(key)?.[1] : undefined;
  return uploadId === undefined ? {} : { grant: grantOfUpload(uploadId) };
}

/** Stands for whatever text was no grant at all: it may be of any length. */
export const malformed: Grant = '(malformed)';

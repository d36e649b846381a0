import { S3Error, type ErrorCode } from '../errors/s3-error.js';
import { parseAmzDate, type Scope } from './signing-key.js';

export interface Credential {
  readonly accessKeyId: string;
  readonly scope: Scope;
}

export interface Expected {
  readonly region: string;
  readonly amzDate: string;
  /** the error for a credential that does not fit: header and query authentication name it differently */
  readonly code: ErrorCode;
}

/** `accessKeyId/date/region/service/aws4_request`, fitting this server and the date of the request. */
export function parseCredential(text: string, { region, amzDate, code }: Expected): Credential {
  const parts = text.split('/');
  const [date = '', givenRegion = '', service = '', terminator = ''] = parts.splice(-4);
  const accessKeyId = parts.join('/');
  if (accessKeyId === '' || terminator !== 'aws4_request') throw new S3Error(code, 'The credential is mal-formed.');
  if (service !== 's3' && service !== 'sts') {
    throw new S3Error(code, `The credential's service '${service}' is wrong; expecting 's3'.`);
  }
  if (givenRegion !== region) {
    throw new S3Error(code, `The credential's region '${givenRegion}' is wrong; expecting '${region}'.`, {
      Region: region,
    });
  }
  if (date !== amzDate.slice(0, 8))
    throw new S3Error(code, 'The date of the credential is not the date of the request.');
  return { accessKeyId, scope: { date, region, service } };
}

export function parseDate(text: string | undefined, code: ErrorCode): { amzDate: string; signedAt: Date } {
  const signedAt = parseAmzDate(text ?? '');
  if (text === undefined || !signedAt)
    throw new S3Error(code, 'The date must be in ISO 8601 basic format, YYYYMMDDTHHMMSSZ.');
  return { amzDate: text, signedAt };
}

/** Lines as S3's server access logs have them, in both formats. */
export interface Logged {
  uri: string;
  operation?: string;
  key?: string;
  status?: number;
  requester?: string;
}

export const appSession = 'arn:aws:sts::123456789012:assumed-role/clinic-app/i-0abc';
export const appRole = 'arn:aws:iam::123456789012:role/service/clinic-app';

const owner = '79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be';

export const textLine = ({
  uri,
  operation = 'REST.GET.OBJECT',
  key = '-',
  status = 200,
  requester = appSession,
}: Logged) =>
  `${owner} clinic-files [27/Nov/2026:10:00:00 +0000] 192.0.2.3 ${requester} 3E57427F3EXAMPLE ${operation} ${key} ` +
  `"GET ${uri} HTTP/1.1" ${status} - 2662992 3462992 70 10 "-" "Mozilla/5.0 (X11; \\"x-grant=\\")" - ` +
  's9lzHYrFp76ZVxRcpX9+5cjAnEH2ROuNkd2BHfIa6UkFVdtjf5mKR3/eTPFvsiP/XV/VLi31234= SigV4 ECDHE-RSA-AES128-GCM-SHA256 ' +
  'QueryString clinic-files.s3.eu-central-1.amazonaws.com TLSv1.3 - - eu-central-1';

export const jsonLine = ({ uri, operation = 'REST.GET.OBJECT', key, status = 200, requester = appSession }: Logged) =>
  JSON.stringify({
    schema_version_id: 'V_1_0',
    bucket_name: 'clinic-files',
    request_time: '2026-11-27T10:00:00.000Z',
    remote_ip: '192.0.2.3',
    requester: requester === '-' ? null : requester,
    operation,
    key_name: key ?? null,
    request_uri: `GET ${uri} HTTP/1.1`,
    http_status: status,
    user_agent: 'Mozilla/5.0 x-grant=',
  });

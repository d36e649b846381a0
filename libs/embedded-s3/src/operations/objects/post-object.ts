import type { Caller } from '../../account/caller.js';
import type { Payload } from '../../auth/payload.js';
import { S3Error } from '../../errors/s3-error.js';
import { fillInFilename, headersOf } from '../../form/fields.js';
import { readForm, type Form } from '../../form/form.js';
import { checkForm, parsePostPolicy, withinRange, type SizeRange } from '../../form/post-policy.js';
import { authenticateForm, required } from '../../form/signature.js';
import { noContent, xmlAnswer, type Answer } from '../../http/answer.js';
import { checkHeaders } from '../../http/known-headers.js';
import { checkKey, type S3Request } from '../../http/request.js';
import { encryptionHeaders, quoted } from '../../object/object-headers.js';
import { writeObject } from '../../object/write-object.js';
import { authorise } from '../../request/authorise.js';
import type { Context } from '../../request/context.js';
import { versionHeader } from '../../request/version-id.js';
import type { S3 } from '../../s3.js';
import type { ObjectVersion } from '../../store/records.js';

type Fields = ReadonlyMap<string, string>;

/** A form upload: its policy and signature are fields of the form, so it authenticates and authorises itself. */
export async function postObject(s3: S3, request: S3Request, body: Payload): Promise<Answer> {
  const { headers, bucket = '' } = request;
  if (headers['content-length'] === undefined) throw new S3Error('MissingContentLength');
  const unsigned = Object.keys(headers).filter((name) => name.startsWith('x-amz-'));
  if (unsigned.length > 0 && s3.features.unsignedHeaders)
    throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed', {
      HeadersNotSigned: unsigned.join(', '),
    });
  const form = await readForm(body.chunks(), headers['content-type']);
  try {
    const fields = fillInFilename(form.fields, form.filename);
    const key = checkKey(required(fields, 'key'));
    const { caller, range } = s3.features.postPolicy
      ? admit(s3, bucket, fields)
      : { caller: anyone(s3), range: undefined };
    s3.store.bucket(bucket);
    const described = { ...request, key, headers: headersAs(request, fields) };
    const ctx: Context = {
      s3,
      request: described,
      caller,
      payload: payloadOf(form, range),
      operation: 'PostObject',
      bucket,
      key,
    };
    checkHeaders(ctx.request, s3.accountId);
    authorise(ctx, { action: 's3:PutObject', bucket, key: ctx.key });
    return answer(ctx, fields, await writeObject(ctx));
  } finally {
    await form.cancel();
  }
}

function admit(s3: S3, bucket: string, fields: Fields): { caller: Caller; range?: SizeRange } {
  const caller = authenticateForm(s3, fields);
  const policy = parsePostPolicy(required(fields, 'policy'));
  return { caller, range: checkForm(policy, fields, { bucket, now: s3.clock.now() }) };
}

/** Who a form is from where the server does not look at policies. */
function anyone(s3: S3): Caller {
  const identity = s3.identities.all().find(({ kind }) => kind === 'root');
  if (!identity) throw new S3Error('AccessDenied');
  return { identity, authType: 'POST', signedAt: s3.clock.now() };
}

/** The headers of the PutObject that the form stands for. */
function headersAs(
  { headers: { host, referer, 'user-agent': agent } }: S3Request,
  fields: Fields,
): S3Request['headers'] {
  return { host, referer, 'user-agent': agent, ...headersOf(fields) };
}

function payloadOf(form: Form, range: SizeRange | undefined): Payload {
  return {
    trailers: {},
    chunks: () => withinRange(form.contents(), range),
    read: () => {
      throw new Error('The file of a form is not a document.');
    },
  };
}

/** Source: S3 API reference, "POST Object": a redirect that is no URL and a status that is none of these count for nothing. */
function answer(ctx: Context, fields: Fields, version: ObjectVersion): Answer {
  const { bucket, key, s3, request } = ctx;
  const etag = quoted(version.etag);
  const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
  const location = `http://${request.headers.host ?? 'localhost'}${path}`;
  const headers = { etag, location, ...versionHeader(version.versionId), ...encryptionHeaders(version, s3.features) };
  const redirect = fields.get('success_action_redirect');
  if (redirect !== undefined && /^https?:/i.test(redirect) && URL.canParse(redirect)) {
    const url = new URL(redirect);
    for (const [name, value] of Object.entries({ bucket, key, etag })) url.searchParams.append(name, value);
    return { status: 303, headers: { ...headers, location: url.href } };
  }
  const status = fields.get('success_action_status');
  if (status === '201')
    return xmlAnswer('PostResponse', { Location: location, Bucket: bucket, Key: key, ETag: etag }, headers, null, 201);
  return status === '200' ? { status: 200, headers } : noContent(headers);
}

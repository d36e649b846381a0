import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, getSchemaPath, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { ErrorAnswer } from './answers.js';

const description = `Private files of many organisations in one bucket.

Send a bearer token (JWT) with \`sub\`, \`org_id\` and \`role\` (patient, specialist or admin). The organisation is the
token's: nothing in a path, query, header or body can name another.

Files go in through the API (PUT raw bytes, or POST a form), or straight to the store: begin an upload, follow the ticket's
request, complete it with the ticket's token. Accepted are common images, documents, videos and audios up to 250 MiB, by
declared type, extension and content.

An error is \`{statusCode, code, message}\`; programs go by \`code\`.`;

/** `/api/docs` for people, `/api/docs-json` for programs. */
export function describeApi(app: NestExpressApplication): void {
  const config = new DocumentBuilder()
    .setTitle('nest-tenant-storage demo')
    .setDescription(description)
    .setVersion('0.1.0')
    .addBearerAuth()
    .build();
  SwaggerModule.setup('docs', app, () => withCommonErrors(SwaggerModule.createDocument(app, config)), {
    useGlobalPrefix: true,
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    swaggerOptions: { persistAuthorization: true },
  });
}

/** What any operation may answer; what one says of itself stays. */
const ofAll = {
  400: '`invalid_request`: a malformed request; `invalid_place`, `invalid_file_name`',
  429: '`too_many_requests`: see `Retry-After`',
  500: '`internal_error`, `misconfigured`: our fault. The header `X-Request-Id` names the request',
};
/** What touches files or a body may. */
const ofProtected = {
  501: '`not_supported`: by this store',
  502: '`store_refused`',
  503: '`store_unavailable`, `scan_unavailable`: try again, see `Retry-After`; `unavailable`: sign-in',
};
const withBody = {
  413: '`body_too_large`: JSON of more than 16 KiB; `file_too_large`',
  415: '`unsupported_media_type`: a body of another type than described; `type_not_accepted`',
};

function withCommonErrors(api: OpenAPIObject): OpenAPIObject {
  const schema = { $ref: getSchemaPath(ErrorAnswer) };
  for (const item of Object.values(api.paths)) {
    for (const operation of [item.get, item.put, item.post, item.delete]) {
      if (!operation) continue;
      const common = { ...ofAll, ...(operation.security && ofProtected), ...(operation.requestBody && withBody) };
      for (const [status, description] of Object.entries(common)) {
        operation.responses[status] ??= { description, content: { 'application/json': { schema } } };
      }
    }
  }
  return api;
}

import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

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
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, config), {
    useGlobalPrefix: true,
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    swaggerOptions: { persistAuthorization: true },
  });
}

import { applyDecorators, HttpCode } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBody,
  ApiConflictResponse,
  ApiConsumes,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiHeader,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiResponse,
  ApiUnprocessableEntityResponse,
  ApiUnsupportedMediaTypeResponse,
  getSchemaPath,
} from '@nestjs/swagger';
import {
  ErrorAnswer,
  FilePageAnswer,
  FormItemsAnswer,
  ReadUrlAnswer,
  SignedStepAnswer,
  StoredFileAnswer,
  ticketAnswers,
  TrashAnswer,
} from './answers.js';

/**
 * One decorator for each thing that routes do: what it does to the answer (its status) and what the API's description
 * says of it.
 */
const error = (description: string) => ({ type: ErrorAnswer, description });
const badRequest = (more = '') =>
  ApiBadRequestResponse(error(`\`invalid_request\`, \`invalid_place\`, \`invalid_file_name\`${more}`));
const absent = () => ApiNotFoundResponse(error('`not_found`: absent, or of another organisation'));
const fileErrors = () =>
  applyDecorators(
    badRequest(', `file_empty`'),
    ApiConflictResponse(error('`already_exists`, `conflict`')),
    ApiPayloadTooLargeResponse(error('`file_too_large`')),
    ApiUnsupportedMediaTypeResponse(error('`type_not_accepted`: the declared type or the extension')),
    ApiUnprocessableEntityResponse(
      error('`content_mismatch`, `size_mismatch`: the bytes are not what was declared; `malware_found`'),
    ),
    ApiResponse({ status: 423, ...error('`on_hold`, `org_frozen`: nothing changes there now') }),
    ApiResponse({ status: 507, ...error('`quota_exceeded`: the organisation has no room left') }),
  );
export const AbandonsUpload = () =>
  applyDecorators(
    ApiOperation({ summary: 'Give an upload up: what was sent is removed' }),
    HttpCode(204),
    ApiNoContentResponse(),
    absent(),
  );

const bytes = { schema: { type: 'string', format: 'binary' } } as const;

export const Uploads = (summary: string, ...contentTypes: string[]) =>
  applyDecorators(
    ApiOperation({ summary, description: 'The raw bytes are the body; `Content-Type` says what they are.' }),
    HttpCode(201),
    ApiConsumes(...contentTypes),
    ApiBody({ required: true, ...bytes }),
    ApiCreatedResponse({ type: StoredFileAnswer }),
    fileErrors(),
  );

export const UploadsForm = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    HttpCode(201),
    ApiConsumes('multipart/form-data'),
    ApiBody({
      schema: { type: 'object', required: ['file'], properties: { file: { type: 'string', format: 'binary' } } },
    }),
    ApiExtraModels(StoredFileAnswer, FormItemsAnswer),
    ApiCreatedResponse({
      description: 'The stored file; of several in one form, in fields of the name `file`, each',
      schema: { oneOf: [StoredFileAnswer, FormItemsAnswer].map((model) => ({ $ref: getSchemaPath(model) })) },
    }),
    ApiResponse({
      status: 207,
      type: FormItemsAnswer,
      description: 'Of several files some are stored: each is its stored file, or `{fileName, error}`, in their order',
    }),
    fileErrors(),
  );

export const BeginsUpload = (summary: string) =>
  applyDecorators(
    ApiOperation({
      summary,
      description:
        'Answers a ready request: send the bytes straight to the store with it, then `POST /api/uploads/complete`.',
    }),
    HttpCode(201),
    ApiExtraModels(...Object.values(ticketAnswers)),
    ApiCreatedResponse({
      description: '',
      schema: {
        oneOf: Object.values(ticketAnswers).map((model) => ({ $ref: getSchemaPath(model) })),
        discriminator: {
          propertyName: 'method',
          mapping: Object.fromEntries(
            Object.entries(ticketAnswers).map(([method, model]) => [method, getSchemaPath(model)]),
          ),
        },
      },
    }),
    fileErrors(),
  );

export const CompletesUpload = () =>
  applyDecorators(
    ApiOperation({ summary: 'Verify what was sent and put it in its place; again gives the same answer' }),
    HttpCode(201),
    ApiCreatedResponse({ type: StoredFileAnswer }),
    absent(),
    fileErrors(),
  );

export const SignsStep = () =>
  applyDecorators(
    ApiOperation({
      summary: 'Sign one step of a multipart upload',
      description:
        'By method and ids: PUT without them sends the whole object, POST creates, PUT with uploadId and partNumber sends a part, GET with uploadId lists the parts, ' +
        'POST with uploadId completes, DELETE with uploadId aborts. The shape of `signRequest` in @uppy/aws-s3 6.',
    }),
    HttpCode(201),
    ApiCreatedResponse({ type: SignedStepAnswer }),
    ApiConflictResponse(error('`already_exists`: the step is done')),
    badRequest(),
    absent(),
  );

export const Lists = (summary: string) =>
  applyDecorators(ApiOperation({ summary }), ApiOkResponse({ type: FilePageAnswer }), badRequest());

export const GivesUrl = (summary: string) =>
  applyDecorators(ApiOperation({ summary }), ApiOkResponse({ type: ReadUrlAnswer }), badRequest(), absent());

export const GivesContent = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    ApiHeader({ name: 'Range', required: false, description: 'One range, such as `bytes=0-99`' }),
    ApiHeader({ name: 'If-None-Match', required: false, description: '304 where you have the file as it is' }),
    ApiHeader({ name: 'If-Match', required: false, description: '412 where the file is another by now' }),
    ApiHeader({ name: 'If-Range', required: false, description: 'An ETag: the whole file where it is another by now' }),
    ApiOkResponse({ description: 'The bytes', content: { '*/*': bytes } }),
    ApiResponse({ status: 206, description: 'The asked range', content: { '*/*': bytes } }),
    ApiResponse({ status: 304, description: 'Unchanged: what you have may be shown' }),
    ApiResponse({ status: 412, ...error('`precondition_failed`') }),
    ApiResponse({ status: 416, ...error('`range_not_satisfiable`') }),
    badRequest(),
    absent(),
  );

export const ListsTrash = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary, description: 'A page can have fewer files than fit and still not be the last one.' }),
    ApiOkResponse({ type: TrashAnswer }),
    badRequest(),
  );

export const Restores = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary, description: 'A copy of what it was takes its place: the history stays.' }),
    HttpCode(201),
    ApiCreatedResponse({ type: StoredFileAnswer }),
    badRequest(),
    ApiNotFoundResponse(error('`not_found`: not in the trash, or of another organisation')),
    ApiConflictResponse(error('`already_exists`: it is there; `conflict`: it changed meanwhile')),
  );

export const Deletes = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    HttpCode(204),
    ApiNoContentResponse({ description: 'Gone, also where nothing was' }),
    badRequest(),
  );

import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ReceivedFile as File } from './incoming-body.js';
import { nodeRequest, type HttpRequest, type HttpResponse } from './platform.js';
import { dropRest, receiveFile, receiveFiles } from './receive-file.js';

/** A file on its way in, and the decorator of a handler's parameter that brings it. */
export type ReceivedFile = File;
export type ReceivedFiles = AsyncIterable<File>;

/**
 * The file of a request, streamed: its raw body, or the one named `file` of a form. See `receiveFile`.
 *
 *     @Put(':fileName')
 *     upload(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace, @ReceivedFile() file: ReceivedFile) {
 *       return this.forms.upload(org, place, file);
 *     }
 */
export const ReceivedFile = createParamDecorator((_data: unknown, context: ExecutionContext): Promise<File> => {
  return receiveFile(requestOf(context));
});

/** Every file named `file` of a form, one after the other: `for await (const file of files)`. See `receiveFiles`. */
export const ReceivedFiles = createParamDecorator((_data: unknown, context: ExecutionContext): ReceivedFiles => {
  return receiveFiles(requestOf(context));
});

/** Whatever answers, a pipe of another parameter too: what the client still sends is dropped, so that it sees the answer. */
function requestOf(context: ExecutionContext): HttpRequest {
  const request = context.switchToHttp().getRequest<HttpRequest>();
  const response = context.switchToHttp().getResponse<HttpResponse>();
  const sent = 'raw' in response ? response.raw : response;
  sent.once('finish', () => dropRest(nodeRequest(request)));
  return request;
}

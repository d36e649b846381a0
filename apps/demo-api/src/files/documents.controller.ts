import { Controller, Delete, Get, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { Request, Response } from 'express';
import {
  DocumentsService,
  readOptionsOf,
  ReceivedFile,
  sendFile,
  Trash,
  document,
  type Audience,
} from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { BeginsUpload, Deletes, GivesContent, GivesUrl, ListsTrash, Restores, Uploads } from '../http/docs.js';
import { At } from './at.js';
import { JsonBody } from '../http/json-body.js';
import { lenient } from '../http/validation.js';
import { BeginPdfUploadBody, DispositionQuery, RestoreBody } from './requests.js';

class DocumentParams {
  @ApiProperty({ example: '9' }) @IsString() documentId!: string;
  // Any other text is for the layout to refuse.
  @ApiProperty({ enum: ['patient', 'specialist', 'admin'] }) @IsString() audience!: Audience;
}

@ApiTags('Documents')
@Protected()
@Controller('documents/:documentId/:audience')
export class DocumentsController {
  constructor(
    private readonly documents: DocumentsService,
    private readonly trash: Trash,
  ) {}

  @Put()
  @Needs('document:write')
  @Uploads('Upload the document: a PDF', 'application/pdf')
  async upload(@At(DocumentParams) at: At<DocumentParams>, @ReceivedFile() file: ReceivedFile) {
    return this.documents.upload(at.org, at.place, file, at.caller);
  }

  @Post('uploads')
  @Needs('document:write')
  @BeginsUpload('Begin a direct upload')
  async beginUpload(@At(DocumentParams) at: At<DocumentParams>, @JsonBody() declared: BeginPdfUploadBody) {
    return this.documents.beginUpload(at.org, at.place, declared, at.caller);
  }

  @Get('url')
  @Needs('document:read')
  @GivesUrl('Get a URL that reads the document')
  async url(@At(DocumentParams) at: At<DocumentParams>, @Query(lenient) query: DispositionQuery) {
    return this.documents.presignDownload(at.org, at.place, { ...at.caller, ...query });
  }

  @Get('content')
  @Needs('document:read')
  @GivesContent('Read the document through the API')
  async content(@At(DocumentParams) at: At<DocumentParams>, @Req() request: Request, @Res() response: Response) {
    const file = await this.documents.read(at.org, at.place, { ...readOptionsOf(request), ...at.caller });
    await sendFile(request, response, file);
  }

  @Delete()
  @Needs('document:delete')
  @Deletes('Delete the document')
  async delete(@At(DocumentParams) at: At<DocumentParams>) {
    await this.documents.delete(at.org, at.place, at.caller);
  }

  @Get('trash')
  @Needs('document:restore')
  @ListsTrash('Show the deleted document')
  async listTrash(@At(DocumentParams) at: At<DocumentParams>) {
    return this.trash.list(document, at.org, at.place, at.caller);
  }

  @Post('trash/restore')
  @Needs('document:restore')
  @Restores('Restore the document')
  async restore(@At(DocumentParams) at: At<DocumentParams>, @JsonBody() { version }: RestoreBody) {
    return this.trash.restore(document, at.org, at.place, { ...at.caller, version });
  }
}

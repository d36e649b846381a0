import { Body, Controller, Delete, Get, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { Request, Response } from 'express';
import {
  CurrentOrg,
  DocumentsService,
  readOptionsOf,
  receiveFile,
  sendFile,
  type Audience,
  type OrgId,
} from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { CurrentUser, type User } from '../auth/user.js';
import { BeginsUpload, Deletes, GivesContent, GivesUrl, Uploads } from '../http/docs.js';
import { JsonBody } from '../http/json-body.js';
import { lenient, strict } from '../http/validation.js';
import { BeginPdfUploadBody, DispositionQuery } from './requests.js';

class DocumentParams {
  @ApiProperty({ example: '9' }) @IsString() documentId!: string;
  // Any other text is for the layout to refuse.
  @ApiProperty({ enum: ['patient', 'specialist', 'admin'] }) @IsString() audience!: Audience;
}

@ApiTags('Documents')
@Protected()
@Controller('documents/:documentId/:audience')
export class DocumentsController {
  constructor(private readonly documents: DocumentsService) {}

  @Put()
  @Needs('document:write')
  @Uploads('Upload the document: a PDF', 'application/pdf')
  async upload(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: DocumentParams,
    @Req() request: Request,
  ) {
    return this.documents.upload(org, place, await receiveFile(request), { by: sub });
  }

  @Post('uploads')
  @Needs('document:write')
  @BeginsUpload('Begin a direct upload')
  @JsonBody()
  async beginUpload(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: DocumentParams,
    @Body(strict) promise: BeginPdfUploadBody,
  ) {
    return this.documents.beginUpload(org, place, promise, { by: sub });
  }

  @Get('url')
  @Needs('document:read')
  @GivesUrl('Get a URL that reads the document')
  async url(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: DocumentParams,
    @Query(lenient) { disposition }: DispositionQuery,
  ) {
    return this.documents.presignDownload(org, place, { by: sub, disposition });
  }

  @Get('content')
  @Needs('document:read')
  @GivesContent('Read the document through the API')
  async content(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: DocumentParams,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    await sendFile(request, response, await this.documents.read(org, place, { ...readOptionsOf(request), by: sub }));
  }

  @Delete()
  @Needs('document:delete')
  @Deletes('Delete the document')
  async delete(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User, @Param(lenient) place: DocumentParams) {
    await this.documents.delete(org, place, { by: sub });
  }
}

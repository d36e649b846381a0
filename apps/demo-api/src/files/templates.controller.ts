import { Controller, Delete, Get, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { readOptionsOf, ReceivedFile, sendFile, TemplatesService, Trash, logo } from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { BeginsUpload, Deletes, GivesContent, GivesUrl, ListsTrash, Restores, Uploads } from '../http/docs.js';
import { At } from './at.js';
import { JsonBody } from '../http/json-body.js';
import { lenient } from '../http/validation.js';
import { BeginPngUploadBody, DispositionQuery, RestoreBody } from './requests.js';

@ApiTags('Templates')
@Protected()
@Controller('templates/logo')
export class TemplatesController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly trash: Trash,
  ) {}

  @Put()
  @Needs('logo:write')
  @Uploads('Upload the logo: a PNG', 'image/png')
  async upload(@At() at: At, @ReceivedFile() file: ReceivedFile) {
    return this.templates.upload(at.org, file, at.caller);
  }

  @Post('uploads')
  @Needs('logo:write')
  @BeginsUpload('Begin a direct upload')
  async beginUpload(@At() at: At, @JsonBody() declared: BeginPngUploadBody) {
    return this.templates.beginUpload(at.org, declared, at.caller);
  }

  @Get('url')
  @Needs('logo:read')
  @GivesUrl('Get a URL that reads the logo')
  async url(@At() at: At, @Query(lenient) query: DispositionQuery) {
    return this.templates.presignDownload(at.org, { ...at.caller, ...query });
  }

  @Get('content')
  @Needs('logo:read')
  @GivesContent('Read the logo through the API')
  async content(@At() at: At, @Req() request: Request, @Res() response: Response) {
    const file = await this.templates.read(at.org, { ...readOptionsOf(request), ...at.caller });
    await sendFile(request, response, file);
  }

  @Delete()
  @Needs('logo:delete')
  @Deletes('Delete the logo')
  async delete(@At() at: At) {
    await this.templates.delete(at.org, at.caller);
  }

  @Get('trash')
  @Needs('logo:restore')
  @ListsTrash('Show the deleted logo')
  async listTrash(@At() at: At) {
    return this.trash.list(logo, at.org, {}, at.caller);
  }

  @Post('trash/restore')
  @Needs('logo:restore')
  @Restores('Restore the logo')
  async restore(@At() at: At, @JsonBody() { version }: RestoreBody) {
    return this.trash.restore(logo, at.org, {}, { ...at.caller, version });
  }
}

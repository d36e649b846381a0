import { Body, Controller, Delete, Get, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { CurrentOrg, readOptionsOf, receiveFile, sendFile, TemplatesService, type OrgId } from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { CurrentUser, type User } from '../auth/user.js';
import { BeginsUpload, Deletes, GivesContent, GivesUrl, Uploads } from '../http/docs.js';
import { JsonBody } from '../http/json-body.js';
import { lenient, strict } from '../http/validation.js';
import { BeginPngUploadBody, DispositionQuery } from './requests.js';

@ApiTags('Templates')
@Protected()
@Controller('templates/logo')
export class TemplatesController {
  constructor(private readonly templates: TemplatesService) {}

  @Put()
  @Needs('logo:write')
  @Uploads('Upload the logo: a PNG', 'image/png')
  async upload(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User, @Req() request: Request) {
    return this.templates.upload(org, await receiveFile(request), { by: sub });
  }

  @Post('uploads')
  @Needs('logo:write')
  @BeginsUpload('Begin a direct upload')
  @JsonBody()
  async beginUpload(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User, @Body(strict) promise: BeginPngUploadBody) {
    return this.templates.beginUpload(org, promise, { by: sub });
  }

  @Get('url')
  @Needs('logo:read')
  @GivesUrl('Get a URL that reads the logo')
  async url(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User, @Query(lenient) { disposition }: DispositionQuery) {
    return this.templates.presignDownload(org, { by: sub, disposition });
  }

  @Get('content')
  @Needs('logo:read')
  @GivesContent('Read the logo through the API')
  async content(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    await sendFile(request, response, await this.templates.read(org, { ...readOptionsOf(request), by: sub }));
  }

  @Delete()
  @Needs('logo:delete')
  @Deletes('Delete the logo')
  async delete(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User) {
    await this.templates.delete(org, { by: sub });
  }
}

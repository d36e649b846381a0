import { Controller, Get, Param, Post, Put, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  CurrentOrg,
  FormUploadsService,
  readOptionsOf,
  receiveFile,
  sendFile,
  TenantGuard,
  type OrgId,
} from 'nest-tenant-storage';
import { JwtGuard } from './jwt.js';

const field = { formId: '7', customFieldId: '3' };

/** Files through the module, as the demo API has them. */
@UseGuards(JwtGuard, TenantGuard)
@Controller('files')
export class FilesController {
  constructor(private readonly forms: FormUploadsService) {}

  @Put(':fileName')
  async put(@CurrentOrg() org: OrgId, @Param('fileName') fileName: string, @Req() request: Request) {
    return this.forms.upload(org, { ...field, fileName }, await receiveFile(request), { by: 'alice' });
  }

  @Post()
  async post(@CurrentOrg() org: OrgId, @Req() request: Request) {
    const { fileName = '', ...file } = await receiveFile(request);
    return this.forms.upload(org, { ...field, fileName }, file, { by: 'alice' });
  }

  @Get()
  async list(@CurrentOrg() org: OrgId, @Query('urls') urls: string) {
    return this.forms.list(org, field, { urls: urls === 'true', limit: 200, by: 'alice' });
  }

  @Get(':fileName/url')
  async url(@CurrentOrg() org: OrgId, @Param('fileName') fileName: string) {
    return this.forms.presignDownload(org, { ...field, fileName }, { unchecked: true, by: 'alice' });
  }

  @Get(':fileName/content')
  async content(
    @CurrentOrg() org: OrgId,
    @Param('fileName') fileName: string,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    await sendFile(request, response, await this.forms.read(org, { ...field, fileName }, readOptionsOf(request)));
  }
}

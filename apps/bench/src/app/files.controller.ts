import { Controller, Get, Param, Post, Put, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';
import {
  CurrentOrg,
  FormUploadsService,
  layout,
  ObjectStore,
  readOptionsOf,
  readUrlSeconds,
  receiveFile,
  sendFile,
  TenantGuard,
  type OrgId,
} from 'nest-tenant-storage';
import { JwtGuard } from './jwt.js';

export const field = { formId: '7', customFieldId: '3' };
const headers = {
  contentType: 'application/pdf',
  contentDisposition: 'inline; filename="scan.pdf"',
  cacheControl: 'private',
};

/** Files through the module, as the demo API has them. */
@UseGuards(JwtGuard, TenantGuard)
@Controller('files')
export class FilesController {
  constructor(
    private readonly forms: FormUploadsService,
    private readonly store: ObjectStore,
  ) {}

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
    // Signing alone: to look whether the file is there would cost both sides the same call to the store.
    return this.store.presignRead(org, layout.formUpload(org, { ...field, fileName }), headers, readUrlSeconds);
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

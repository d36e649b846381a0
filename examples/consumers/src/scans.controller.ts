// src/scans.controller.ts
import { Controller, Delete, Get, Param, Put, Req, Res, UseFilters, UseGuards } from '@nestjs/common';
import {
  CurrentOrg,
  FormUploadsService,
  ReceivedFile,
  readOptionsOf,
  sendFile,
  StorageErrorFilter,
  TenantGuard,
  type FormFieldPlace,
  type FormFilePlace,
  type HttpRequest,
  type HttpResponse,
  type OrgId,
} from 'nest-tenant-storage';
import { JwtAuthGuard } from './jwt-auth.guard.js';

@Controller('forms/:formId/fields/:customFieldId/files')
@UseGuards(JwtAuthGuard, TenantGuard)
@UseFilters(StorageErrorFilter)
export class ScansController {
  constructor(private readonly forms: FormUploadsService) {}

  /** Raw bytes, or a form with the file in a field named "file". */
  @Put(':fileName')
  upload(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace, @ReceivedFile() file: ReceivedFile) {
    return this.forms.upload(org, place, file);
  }

  @Get()
  list(@CurrentOrg() org: OrgId, @Param() field: FormFieldPlace) {
    return this.forms.list(org, field);
  }

  /** A URL of the store, for fifteen minutes. */
  @Get(':fileName/url')
  url(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace) {
    return this.forms.presignDownload(org, place);
  }

  /** The bytes, through the application: ranges, ETags and HEAD work. */
  @Get(':fileName/content')
  async content(
    @CurrentOrg() org: OrgId,
    @Param() place: FormFilePlace,
    @Req() request: HttpRequest,
    @Res() response: HttpResponse,
  ) {
    await sendFile(request, response, await this.forms.read(org, place, readOptionsOf(request)));
  }

  @Delete(':fileName')
  delete(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace) {
    return this.forms.delete(org, place);
  }
}

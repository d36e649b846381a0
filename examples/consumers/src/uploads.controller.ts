// src/uploads.controller.ts
import { Body, Controller, Param, Post, Req, UseFilters, UseGuards } from '@nestjs/common';
import {
  CurrentOrg,
  DirectUploads,
  FormUploadsService,
  StorageErrorFilter,
  TenantGuard,
  type FormFieldPlace,
  type OrgId,
} from 'nest-tenant-storage';
import { JwtAuthGuard, type User } from './jwt-auth.guard.js';

interface Begin {
  fileName: string;
  contentType: string;
  size: number;
  method?: 'POST' | 'PUT';
  multipart?: boolean;
}

interface Complete {
  token: string;
  etag?: string;
}

interface Sign {
  token: string;
  method: string;
  uploadId?: string;
  partNumber?: number;
}

@Controller()
@UseGuards(JwtAuthGuard, TenantGuard)
@UseFilters(StorageErrorFilter)
export class UploadsController {
  constructor(
    private readonly forms: FormUploadsService,
    private readonly uploads: DirectUploads,
  ) {}

  @Post('forms/:formId/fields/:customFieldId/uploads')
  begin(
    @CurrentOrg() org: OrgId,
    @Param() field: FormFieldPlace,
    @Body() { fileName, ...declared }: Begin,
    @Req() { user }: { user: User },
  ) {
    return this.forms.beginUpload(org, { ...field, fileName }, declared, { by: user.sub });
  }

  /** Multipart uploads only: Uppy asks for each step. */
  @Post('uploads/sign')
  sign(@CurrentOrg() org: OrgId, @Body() { token, ...step }: Sign, @Req() { user }: { user: User }) {
    return this.uploads.sign(org, token, step, { by: user.sub });
  }

  @Post('uploads/complete')
  complete(@CurrentOrg() org: OrgId, @Body() { token, etag }: Complete, @Req() { user }: { user: User }) {
    return this.uploads.complete(org, token, { by: user.sub, etag });
  }
}

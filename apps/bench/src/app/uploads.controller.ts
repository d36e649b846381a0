import { Body, Controller, Post, UseGuards } from '@nestjs/common';
import {
  CurrentOrg,
  DirectUploads,
  FormUploadsService,
  requireFlatBody,
  TenantGuard,
  type OrgId,
} from 'nest-tenant-storage';
import { field } from './files.controller.js';
import { JwtGuard } from './jwt.js';

/** Uploads straight to the store, as the demo API has them. */
@UseGuards(JwtGuard, TenantGuard)
@Controller('uploads')
export class UploadsController {
  constructor(
    private readonly forms: FormUploadsService,
    private readonly uploads: DirectUploads,
  ) {}

  @Post()
  async begin(@CurrentOrg() org: OrgId, @Body() body: unknown) {
    requireFlatBody(body);
    const { fileName, size, sha256, method } = body as {
      fileName: string;
      size: number;
      sha256: string;
      method: 'PUT';
    };
    return this.forms.beginUpload(
      org,
      { ...field, fileName },
      { size, sha256, method, contentType: 'application/pdf' },
      { by: 'alice' },
    );
  }

  @Post('complete')
  async complete(@CurrentOrg() org: OrgId, @Body() body: unknown) {
    requireFlatBody(body);
    return this.uploads.complete(org, String(body['token']), { by: 'alice' });
  }
}

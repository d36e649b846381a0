import { Controller, Param, Put, Req, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import {
  CurrentOrg,
  InjectStorage,
  receiveFile,
  TenantGuard,
  type OrgId,
  type TenantStorage,
} from 'nest-tenant-storage';
import { JwtGuard } from './jwt.js';

const field = { formId: '7', customFieldId: '3' };

/** The same upload to stores that differ in the scanner alone: none, one that answers at once, and a clamd. */
@UseGuards(JwtGuard, TenantGuard)
@Controller()
export class ScannedController {
  constructor(
    @InjectStorage('unscanned') private readonly unscanned: TenantStorage,
    @InjectStorage('scanned') private readonly scanned: TenantStorage,
    @InjectStorage('clamd') private readonly clamd: TenantStorage,
  ) {}

  @Put('unscanned/:fileName')
  async putUnscanned(@CurrentOrg() org: OrgId, @Param('fileName') fileName: string, @Req() request: Request) {
    return this.unscanned.forms.upload(org, { ...field, fileName }, await receiveFile(request), { by: 'alice' });
  }

  @Put('scanned/:fileName')
  async put(@CurrentOrg() org: OrgId, @Param('fileName') fileName: string, @Req() request: Request) {
    return this.scanned.forms.upload(org, { ...field, fileName }, await receiveFile(request), { by: 'alice' });
  }

  @Put('clamd/:fileName')
  async putByClamd(@CurrentOrg() org: OrgId, @Param('fileName') fileName: string, @Req() request: Request) {
    return this.clamd.forms.upload(org, { ...field, fileName }, await receiveFile(request), { by: 'alice' });
  }
}

import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { Request, Response } from 'express';
import { AuditArchiveService, CurrentOrg, readOptionsOf, sendFile, type OrgId } from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { CurrentUser, type User } from '../auth/user.js';
import { GivesContent, GivesUrl } from '../http/docs.js';
import { lenient } from '../http/validation.js';

class MonthParams {
  @ApiProperty({ example: '2026' }) @IsString() year!: string;
  @ApiProperty({ example: '01' }) @IsString() month!: string;
}

@ApiTags('Audit archive')
@Protected()
@Controller('audit-archive/:year/:month')
export class AuditArchiveController {
  constructor(private readonly archive: AuditArchiveService) {}

  @Get('url')
  @Needs('audit-month:read')
  @GivesUrl('Get a URL that reads a month: gzip JSON lines')
  async url(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User, @Param(lenient) month: MonthParams) {
    return this.archive.presignDownload(org, month, { by: sub });
  }

  @Get('content')
  @Needs('audit-month:read')
  @GivesContent('Read a month through the API: gzip JSON lines')
  async content(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) month: MonthParams,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    await sendFile(request, response, await this.archive.read(org, month, { ...readOptionsOf(request), by: sub }));
  }
}

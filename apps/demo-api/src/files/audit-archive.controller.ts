import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { Request, Response } from 'express';
import { AuditArchiveService, readOptionsOf, sendFile } from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { At } from './at.js';
import { GivesContent, GivesUrl } from '../http/docs.js';

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
  async url(@At(MonthParams) at: At<MonthParams>) {
    return this.archive.presignDownload(at.org, at.place, at.caller);
  }

  @Get('content')
  @Needs('audit-month:read')
  @GivesContent('Read a month through the API: gzip JSON lines')
  async content(@At(MonthParams) at: At<MonthParams>, @Req() request: Request, @Res() response: Response) {
    const file = await this.archive.read(at.org, at.place, { ...readOptionsOf(request), ...at.caller });
    await sendFile(request, response, file);
  }
}

import { Body, Controller, Delete, Get, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { Request, Response } from 'express';
import { CurrentOrg, readOptionsOf, receiveFile, sendFile, SignaturesService, type OrgId } from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { CurrentUser, type User } from '../auth/user.js';
import { BeginsUpload, Deletes, GivesContent, GivesUrl, Uploads } from '../http/docs.js';
import { JsonBody } from '../http/json-body.js';
import { lenient, strict } from '../http/validation.js';
import { BeginPngUploadBody, DispositionQuery } from './requests.js';

class SpecialistParams {
  @ApiProperty({ example: '5' }) @IsString() specialistId!: string;
}

@ApiTags('Signatures')
@Protected()
@Controller('specialists/:specialistId/signature')
export class SignaturesController {
  constructor(private readonly signatures: SignaturesService) {}

  @Put()
  @Needs('signature:write')
  @Uploads('Upload the signature: a PNG', 'image/png')
  async upload(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: SpecialistParams,
    @Req() request: Request,
  ) {
    return this.signatures.upload(org, place, await receiveFile(request), { by: sub });
  }

  @Post('uploads')
  @Needs('signature:write')
  @BeginsUpload('Begin a direct upload')
  @JsonBody()
  async beginUpload(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: SpecialistParams,
    @Body(strict) promise: BeginPngUploadBody,
  ) {
    return this.signatures.beginUpload(org, place, promise, { by: sub });
  }

  @Get('url')
  @Needs('signature:read')
  @GivesUrl('Get a URL that reads the signature')
  async url(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: SpecialistParams,
    @Query(lenient) { disposition }: DispositionQuery,
  ) {
    return this.signatures.presignDownload(org, place, { by: sub, disposition });
  }

  @Get('content')
  @Needs('signature:read')
  @GivesContent('Read the signature through the API')
  async content(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: SpecialistParams,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    await sendFile(request, response, await this.signatures.read(org, place, { ...readOptionsOf(request), by: sub }));
  }

  @Delete()
  @Needs('signature:delete')
  @Deletes('Delete the signature')
  async delete(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User, @Param(lenient) place: SpecialistParams) {
    await this.signatures.delete(org, place, { by: sub });
  }
}

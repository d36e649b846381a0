import { Controller, Delete, Get, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';
import type { Request, Response } from 'express';
import { readOptionsOf, ReceivedFile, sendFile, SignaturesService, Trash, signature } from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { BeginsUpload, Deletes, GivesContent, GivesUrl, ListsTrash, Restores, Uploads } from '../http/docs.js';
import { At } from './at.js';
import { JsonBody } from '../http/json-body.js';
import { lenient } from '../http/validation.js';
import { BeginPngUploadBody, DispositionQuery, RestoreBody } from './requests.js';

class SpecialistParams {
  @ApiProperty({ example: '5' }) @IsString() specialistId!: string;
}

@ApiTags('Signatures')
@Protected()
@Controller('specialists/:specialistId/signature')
export class SignaturesController {
  constructor(
    private readonly signatures: SignaturesService,
    private readonly trash: Trash,
  ) {}

  @Put()
  @Needs('signature:write')
  @Uploads('Upload the signature: a PNG', 'image/png')
  async upload(@At(SpecialistParams) at: At<SpecialistParams>, @ReceivedFile() file: ReceivedFile) {
    return this.signatures.upload(at.org, at.place, file, at.caller);
  }

  @Post('uploads')
  @Needs('signature:write')
  @BeginsUpload('Begin a direct upload')
  async beginUpload(@At(SpecialistParams) at: At<SpecialistParams>, @JsonBody() declared: BeginPngUploadBody) {
    return this.signatures.beginUpload(at.org, at.place, declared, at.caller);
  }

  @Get('url')
  @Needs('signature:read')
  @GivesUrl('Get a URL that reads the signature')
  async url(@At(SpecialistParams) at: At<SpecialistParams>, @Query(lenient) query: DispositionQuery) {
    return this.signatures.presignDownload(at.org, at.place, { ...at.caller, ...query });
  }

  @Get('content')
  @Needs('signature:read')
  @GivesContent('Read the signature through the API')
  async content(@At(SpecialistParams) at: At<SpecialistParams>, @Req() request: Request, @Res() response: Response) {
    const file = await this.signatures.read(at.org, at.place, { ...readOptionsOf(request), ...at.caller });
    await sendFile(request, response, file);
  }

  @Delete()
  @Needs('signature:delete')
  @Deletes('Delete the signature')
  async delete(@At(SpecialistParams) at: At<SpecialistParams>) {
    await this.signatures.delete(at.org, at.place, at.caller);
  }

  @Get('trash')
  @Needs('signature:restore')
  @ListsTrash('Show the deleted signature')
  async listTrash(@At(SpecialistParams) at: At<SpecialistParams>) {
    return this.trash.list(signature, at.org, at.place, at.caller);
  }

  @Post('trash/restore')
  @Needs('signature:restore')
  @Restores('Restore the signature')
  async restore(@At(SpecialistParams) at: At<SpecialistParams>, @JsonBody() { version }: RestoreBody) {
    return this.trash.restore(signature, at.org, at.place, { ...at.caller, version });
  }
}

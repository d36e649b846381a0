import { Body, Controller, Delete, Get, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { Request, Response } from 'express';
import {
  acceptedTypes,
  CurrentOrg,
  dropRest,
  FormUploadsService,
  readOptionsOf,
  receiveFile,
  receiveFiles,
  sendFile,
  type OrgId,
} from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { forbidden } from '../auth/access.js';
import { allows } from '../auth/role-table.js';
import { Needs } from '../auth/roles.guard.js';
import { CurrentUser, type User } from '../auth/user.js';
import { BeginsUpload, Deletes, GivesContent, GivesUrl, Lists, Uploads, UploadsForm } from '../http/docs.js';
import { JsonBody } from '../http/json-body.js';
import { Flag, lenient, strict } from '../http/validation.js';
import { storeForm } from './form-answer.js';
import { DispositionQuery, UploadPromiseBody } from './requests.js';

class FieldParams {
  @ApiProperty({ example: '7' }) @IsString() formId!: string;
  @ApiProperty({ example: '3' }) @IsString() customFieldId!: string;
}

class FileParams extends FieldParams {
  @ApiProperty({ example: 'x-ray.png' }) @IsString() fileName!: string;
}

class ReplaceQuery {
  @ApiPropertyOptional({ description: 'Overwrite a file of the same name', default: false })
  @IsOptional()
  @Flag()
  @IsBoolean()
  replace?: boolean;
}

class ListQuery {
  @ApiPropertyOptional({ description: 'Add a read URL to each file', default: false })
  @IsOptional()
  @Flag()
  @IsBoolean()
  urls?: boolean;

  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 1000 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  limit?: number;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  cursor?: string;
}

class BeginFormUploadBody extends UploadPromiseBody {
  @ApiProperty({ example: 'x-ray.png' }) @IsString() fileName!: string;
  @ApiProperty({ example: 'image/png' }) @IsString() contentType!: string;
}

@ApiTags('Form files')
@Protected()
@Controller('forms/:formId/fields/:customFieldId')
export class FormsController {
  constructor(private readonly forms: FormUploadsService) {}

  @Put('files/:fileName')
  @Needs('form-upload:write')
  @Uploads('Upload a file', ...new Set(acceptedTypes.map(({ mime }) => mime)))
  async upload(
    @CurrentOrg() org: OrgId,
    @CurrentUser() user: User,
    @Param(lenient) place: FileParams,
    @Query(lenient) query: ReplaceQuery,
    @Req() request: Request,
  ) {
    return this.forms.upload(org, place, await receiveFile(request), writing(user, query));
  }

  @Post('files')
  @Needs('form-upload:write')
  @UploadsForm('Upload the files of a form, each under its own name')
  async uploadForm(
    @CurrentOrg() org: OrgId,
    @CurrentUser() user: User,
    @Param(lenient) field: FieldParams,
    @Query(lenient) query: ReplaceQuery,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    const options = writing(user, query);
    const { status, body } = await storeForm(receiveFiles(request), ({ fileName = '', ...file }) =>
      this.forms.upload(org, { ...field, fileName }, file, options),
    );
    response.status(status).json(body);
    dropRest(request);
  }

  @Post('uploads')
  @Needs('form-upload:write')
  @BeginsUpload('Begin a direct upload')
  @JsonBody()
  async beginUpload(
    @CurrentOrg() org: OrgId,
    @CurrentUser() user: User,
    @Param(lenient) field: FieldParams,
    @Query(lenient) query: ReplaceQuery,
    @Body(strict) { fileName, ...promise }: BeginFormUploadBody,
  ) {
    return this.forms.beginUpload(org, { ...field, fileName }, promise, writing(user, query));
  }

  @Get('files')
  @Needs('form-upload:read')
  @Lists('List the files of a field')
  async list(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) field: FieldParams,
    @Query(lenient) options: ListQuery,
  ) {
    return this.forms.list(org, field, { ...options, by: sub });
  }

  @Get('files/:fileName/url')
  @Needs('form-upload:read')
  @GivesUrl('Get a URL that reads a file')
  async url(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: FileParams,
    @Query(lenient) { disposition }: DispositionQuery,
  ) {
    return this.forms.presignDownload(org, place, { by: sub, disposition });
  }

  @Get('files/:fileName/content')
  @Needs('form-upload:read')
  @GivesContent('Read a file through the API')
  async content(
    @CurrentOrg() org: OrgId,
    @CurrentUser() { sub }: User,
    @Param(lenient) place: FileParams,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    await sendFile(request, response, await this.forms.read(org, place, { ...readOptionsOf(request), by: sub }));
  }

  @Delete('files/:fileName')
  @Needs('form-upload:delete')
  @Deletes('Delete a file')
  async delete(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User, @Param(lenient) place: FileParams) {
    await this.forms.delete(org, place, { by: sub });
  }
}

/** Whoever replaces a file makes the old one go: that takes the right to delete. */
function writing(user: User, { replace }: ReplaceQuery) {
  if (replace && !allows(user, 'form-upload:delete', {})) throw forbidden();
  return { by: user.sub, replace };
}

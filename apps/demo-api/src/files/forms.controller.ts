import { Controller, Delete, Get, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import type { Request, Response } from 'express';
import {
  acceptedTypes,
  dropRest,
  formUpload,
  FormUploadsService,
  readOptionsOf,
  ReceivedFile,
  receiveFiles,
  sendFile,
  Trash,
} from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { forbidden } from '../auth/access.js';
import { allows } from '../auth/role-table.js';
import { Needs } from '../auth/roles.guard.js';
import {
  BeginsUpload,
  Deletes,
  GivesContent,
  GivesUrl,
  Lists,
  ListsTrash,
  Restores,
  Uploads,
  UploadsForm,
} from '../http/docs.js';
import { At } from './at.js';
import { JsonBody } from '../http/json-body.js';
import { Flag, lenient } from '../http/validation.js';
import { storeForm } from './form-answer.js';
import { CursorQuery, DeclaredUploadBody, DispositionQuery, RestoreBody } from './requests.js';

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

class ListQuery extends CursorQuery {
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
}

class BeginFormUploadBody extends DeclaredUploadBody {
  @ApiProperty({ example: 'x-ray.png' }) @IsString() fileName!: string;
  @ApiProperty({ example: 'image/png' }) @IsString() contentType!: string;
}

class RestoreFileBody extends RestoreBody {
  @ApiProperty({ example: 'x-ray.png', description: 'As the trash shows it' }) @IsString() fileName!: string;
}

@ApiTags('Form files')
@Protected()
@Controller('forms/:formId/fields/:customFieldId')
export class FormsController {
  constructor(
    private readonly forms: FormUploadsService,
    private readonly trash: Trash,
  ) {}

  @Put('files/:fileName')
  @Needs('form-upload:write')
  @Uploads('Upload a file', ...new Set(acceptedTypes.map(({ mime }) => mime)))
  async upload(
    @At(FileParams) at: At<FileParams>,
    @Query(lenient) query: ReplaceQuery,
    @ReceivedFile() file: ReceivedFile,
  ) {
    return this.forms.upload(at.org, at.place, file, writing(at, query));
  }

  @Post('files')
  @Needs('form-upload:write')
  @UploadsForm('Upload the files of a form, each under its own name')
  async uploadForm(
    @At(FieldParams) at: At<FieldParams>,
    @Query(lenient) query: ReplaceQuery,
    @Req() request: Request,
    @Res() response: Response,
  ) {
    const options = writing(at, query);
    const { status, body } = await storeForm(receiveFiles(request), ({ fileName = '', ...file }) =>
      this.forms.upload(at.org, { ...at.place, fileName }, file, options),
    );
    response.status(status).json(body);
    dropRest(request);
  }

  @Post('uploads')
  @Needs('form-upload:write')
  @BeginsUpload('Begin a direct upload')
  async beginUpload(
    @At(FieldParams) at: At<FieldParams>,
    @Query(lenient) query: ReplaceQuery,
    @JsonBody() { fileName, ...declared }: BeginFormUploadBody,
  ) {
    return this.forms.beginUpload(at.org, { ...at.place, fileName }, declared, writing(at, query));
  }

  @Get('files')
  @Needs('form-upload:read')
  @Lists('List the files of a field')
  async list(@At(FieldParams) at: At<FieldParams>, @Query(lenient) options: ListQuery) {
    return this.forms.list(at.org, at.place, { ...options, ...at.caller });
  }

  @Get('files/:fileName/url')
  @Needs('form-upload:read')
  @GivesUrl('Get a URL that reads a file')
  async url(@At(FileParams) at: At<FileParams>, @Query(lenient) query: DispositionQuery) {
    return this.forms.presignDownload(at.org, at.place, { ...at.caller, ...query });
  }

  @Get('files/:fileName/content')
  @Needs('form-upload:read')
  @GivesContent('Read a file through the API')
  async content(@At(FileParams) at: At<FileParams>, @Req() request: Request, @Res() response: Response) {
    const file = await this.forms.read(at.org, at.place, { ...readOptionsOf(request), ...at.caller });
    await sendFile(request, response, file);
  }

  @Delete('files/:fileName')
  @Needs('form-upload:delete')
  @Deletes('Delete a file')
  async delete(@At(FileParams) at: At<FileParams>) {
    await this.forms.delete(at.org, at.place, at.caller);
  }

  @Get('trash')
  @Needs('form-upload:restore')
  @ListsTrash('List the deleted files of a field')
  async listTrash(@At(FieldParams) at: At<FieldParams>, @Query(lenient) query: CursorQuery) {
    return this.trash.list(formUpload, at.org, at.place, { ...query, ...at.caller });
  }

  @Post('trash/restore')
  @Needs('form-upload:restore')
  @Restores('Restore a deleted file')
  async restore(@At(FieldParams) at: At<FieldParams>, @JsonBody() { fileName, version }: RestoreFileBody) {
    return this.trash.restore(formUpload, at.org, { ...at.place, fileName }, { ...at.caller, version });
  }
}

/** Whoever replaces a file makes the old one go: that takes the right to delete. */
function writing({ user, caller }: At<unknown>, { replace }: ReplaceQuery) {
  if (replace && !allows(user, 'form-upload:delete', {})) throw forbidden();
  return { ...caller, replace };
}

import { Controller, Get, Query } from '@nestjs/common';
import { ApiBadRequestResponse, ApiOkResponse, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsDate, IsIn, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { CurrentOrg, type OrgId } from 'nest-tenant-storage';
import { Catalog, type Sort } from 'nest-tenant-storage/catalog';
import { Protected } from '../auth/protected.js';
import { Needs } from '../auth/roles.guard.js';
import { ErrorAnswer } from '../http/answers.js';
import { lenient } from '../http/validation.js';
import { FoundPageAnswer, JournalPageAnswer, UsageAnswer } from './catalog.answers.js';

const sorts = ['newest', 'oldest', 'name', 'largest', 'smallest'] as const satisfies readonly Sort[];

class PageQuery {
  @ApiPropertyOptional({ minimum: 1, maximum: 200, default: 50 })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(8192)
  cursor?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'From this moment on' })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  from?: Date;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Before this moment' })
  @IsOptional()
  @Type(() => Date)
  @IsDate()
  to?: Date;
}

class FindQuery extends PageQuery {
  @ApiPropertyOptional({ example: 'form-upload' }) @IsOptional() @IsString() kind?: string;
  @ApiPropertyOptional({ example: 'image/*' }) @IsOptional() @IsString() type?: string;
  @ApiPropertyOptional({ description: 'Who sent it' }) @IsOptional() @IsString() uploadedBy?: string;
  @ApiPropertyOptional({ description: 'Part of the name' }) @IsOptional() @IsString() nameContains?: string;
  @ApiPropertyOptional({ example: 'pat', description: 'Whose record it belongs to' })
  @IsOptional()
  @IsString()
  patient?: string;
  @ApiPropertyOptional({ enum: sorts, default: 'newest' }) @IsOptional() @IsIn(sorts) sort?: Sort;
}

class JournalQuery extends PageQuery {
  @ApiPropertyOptional({ description: 'Who acted' }) @IsOptional() @IsString() by?: string;
  @ApiPropertyOptional({ example: 'form-upload' }) @IsOptional() @IsString() kind?: string;
}

const badQuery = () => ApiBadRequestResponse({ type: ErrorAnswer, description: '`invalid_request`' });

@ApiTags('Catalog')
@Protected()
@Controller()
export class CatalogController {
  constructor(private readonly catalog: Catalog) {}

  @Get('usage')
  @Needs('usage:read')
  @ApiOperation({ summary: 'What the organisation has, and may have' })
  @ApiOkResponse({ type: UsageAnswer })
  async usage(@CurrentOrg() org: OrgId) {
    return this.catalog.usage(org);
  }

  @Get('files')
  @Needs('catalog:find')
  @ApiOperation({ summary: 'Find files, wherever they lie' })
  @ApiOkResponse({ type: FoundPageAnswer })
  @badQuery()
  async find(@CurrentOrg() org: OrgId, @Query(lenient) { patient, ...asked }: FindQuery) {
    return this.catalog.files(org, { ...asked, ...(patient !== undefined && { where: { patient_id: patient } }) });
  }

  @Get('journal')
  @Needs('journal:read')
  @ApiOperation({ summary: 'Who did what with which file, the last first' })
  @ApiOkResponse({ type: JournalPageAnswer })
  @badQuery()
  async journal(@CurrentOrg() org: OrgId, @Query(lenient) asked: JournalQuery) {
    return this.catalog.journal.records(org, asked);
  }
}

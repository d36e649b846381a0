import { Controller, Delete, Post } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString } from 'class-validator';
import { DirectUploads } from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Access, forbidden } from '../auth/access.js';
import { isPermission } from '../auth/role-table.js';
import { Needs } from '../auth/roles.guard.js';
import { AbandonsUpload, CompletesUpload, SignsStep } from '../http/docs.js';
import { At } from './at.js';
import { JsonBody } from '../http/json-body.js';

class TokenBody {
  @ApiProperty({ description: "The ticket's token" }) @IsString() token!: string;
}

class CompleteBody extends TokenBody {
  @ApiPropertyOptional({ description: 'As the store answered it to what was sent: nothing else is accepted then' })
  @IsOptional()
  @IsString()
  etag?: string;
}

class SignStepBody extends TokenBody {
  @ApiProperty({ enum: ['POST', 'PUT', 'GET', 'DELETE'] })
  @IsIn(['POST', 'PUT', 'GET', 'DELETE'])
  method!: string;

  @ApiPropertyOptional({ description: "The store's own, from its answer to the first step" })
  @IsOptional()
  @IsString()
  uploadId?: string;

  @ApiPropertyOptional({ description: 'From 1' }) @IsOptional() @IsInt() partNumber?: number;
}

/** What comes after a ticket. The token says where the file goes, so the role table and the records are asked about that. */
@ApiTags('Direct uploads')
@Protected()
@Controller('uploads')
export class UploadsController {
  constructor(
    private readonly uploads: DirectUploads,
    private readonly access: Access,
  ) {}

  @Post('complete')
  @Needs('any-role')
  @CompletesUpload()
  async complete(@At() at: At, @JsonBody() { token, etag }: CompleteBody) {
    await this.requireStillAllowed(at, token);
    return this.uploads.complete(at.org, token, { ...at.caller, etag });
  }

  @Post('sign')
  @Needs('any-role')
  @SignsStep()
  async sign(@At() at: At, @JsonBody() { token, ...step }: SignStepBody) {
    await this.requireStillAllowed(at, token);
    return this.uploads.sign(at.org, token, step, at.caller);
  }

  @Delete()
  @Needs('any-role')
  @AbandonsUpload()
  async abandon(@At() at: At, @JsonBody() { token }: TokenBody) {
    await this.uploads.abandon(at.org, token, at.caller);
  }

  /** A role can be taken away between the ticket and its completion. */
  private async requireStillAllowed({ org, user, caller }: At, token: string): Promise<void> {
    const { purpose, place } = await this.uploads.describe(org, token, caller);
    const permission = `${purpose}:write`;
    if (!isPermission(permission)) throw forbidden();
    await this.access.require(user, permission, place);
  }
}

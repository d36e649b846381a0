import { Body, Controller, Delete, Post } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString } from 'class-validator';
import { CurrentOrg, DirectUploads, type OrgId } from 'nest-tenant-storage';
import { Protected } from '../auth/protected.js';
import { Access, forbidden } from '../auth/access.js';
import { isPermission } from '../auth/role-table.js';
import { Needs } from '../auth/roles.guard.js';
import { CurrentUser, type User } from '../auth/user.js';
import { AbandonsUpload, CompletesUpload, SignsStep } from '../http/docs.js';
import { JsonBody } from '../http/json-body.js';
import { strict } from '../http/validation.js';

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
  @JsonBody()
  async complete(@CurrentOrg() org: OrgId, @CurrentUser() user: User, @Body(strict) { token, etag }: CompleteBody) {
    await this.requireStillAllowed(org, token, user);
    return this.uploads.complete(org, token, { by: user.sub, etag });
  }

  @Post('sign')
  @Needs('any-role')
  @SignsStep()
  @JsonBody()
  async sign(@CurrentOrg() org: OrgId, @CurrentUser() user: User, @Body(strict) { token, ...step }: SignStepBody) {
    await this.requireStillAllowed(org, token, user);
    return this.uploads.sign(org, token, step, { by: user.sub });
  }

  @Delete()
  @Needs('any-role')
  @AbandonsUpload()
  @JsonBody()
  async abandon(@CurrentOrg() org: OrgId, @CurrentUser() { sub }: User, @Body(strict) { token }: TokenBody) {
    await this.uploads.abandon(org, token, { by: sub });
  }

  /** A role can be taken away between the ticket and its completion. */
  private async requireStillAllowed(org: OrgId, token: string, user: User): Promise<void> {
    const { purpose, place } = await this.uploads.describe(org, token, { by: user.sub });
    const permission = `${purpose}:write`;
    if (!isPermission(permission)) throw forbidden();
    await this.access.require(user, permission, place);
  }
}

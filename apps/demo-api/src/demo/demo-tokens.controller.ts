import { Controller, Post } from '@nestjs/common';
import { ApiBadRequestResponse, ApiCreatedResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsString, Length, Matches, ValidateBy } from 'class-validator';
import { parseOrgId } from 'nest-tenant-storage';
import { roles, type Role } from '../auth/user.js';
import { AccessTokenAnswer, ErrorAnswer } from '../http/answers.js';
import { JsonBody } from '../http/json-body.js';
import { DemoTokens } from './demo-tokens.js';

const IsOrgId = () =>
  ValidateBy({
    name: 'isOrgId',
    validator: {
      validate: isOrgId,
      defaultMessage: () => 'orgId must be a whole number from 1 to 9223372036854775807',
    },
  });

function isOrgId(value: unknown): boolean {
  try {
    return Boolean(parseOrgId(value));
  } catch {
    return false;
  }
}

class TokenRequestBody {
  @ApiProperty({ example: '1', type: String }) @IsOrgId() orgId!: string | number;
  @ApiProperty({ example: 'alice' }) @IsString() @Length(1, 128) @Matches(/^\P{Cc}*$/u) userId!: string;
  @ApiProperty({ enum: roles }) @IsIn(roles) role!: Role;
}

@ApiTags('Demo')
@Controller('demo/tokens')
export class DemoTokensController {
  constructor(private readonly tokens: DemoTokens) {}

  @Post()
  @ApiOperation({ summary: 'Get a token for any organisation and role. Demo mode only' })
  @ApiCreatedResponse({ type: AccessTokenAnswer })
  @ApiBadRequestResponse({ type: ErrorAnswer })
  async issue(@JsonBody() claims: TokenRequestBody): Promise<AccessTokenAnswer> {
    return { accessToken: await this.tokens.issue(claims) };
  }
}

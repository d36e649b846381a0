import { Controller, Get } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiServiceUnavailableResponse,
  ApiTags,
  type ApiPropertyOptions,
} from '@nestjs/swagger';
import { HealthCheckService } from '@nestjs/terminus';
import { ErrorAnswer } from '../http/answers.js';
import { BucketHealth } from './bucket.health.js';

class LiveAnswer {
  @ApiProperty({ enum: ['ok'] }) status!: string;
}

const parts: ApiPropertyOptions = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['status'],
    properties: { status: { type: 'string', enum: ['up', 'down'] } },
  },
};

class ReadyAnswer extends LiveAnswer {
  @ApiProperty(parts) info!: object;
  @ApiProperty(parts) error!: object;
  @ApiProperty(parts) details!: object;
}

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly bucket: BucketHealth,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ type: LiveAnswer })
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The bucket can be reached' })
  @ApiOkResponse({ type: ReadyAnswer })
  @ApiServiceUnavailableResponse({ type: ErrorAnswer, description: '`unavailable`' })
  async ready() {
    return this.health.check([() => this.bucket.check()]);
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService } from '@nestjs/terminus';
import { ErrorAnswer } from '../http/answers.js';
import { BucketHealth } from './bucket.health.js';

@ApiTags('Health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly bucket: BucketHealth,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse()
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The bucket can be reached' })
  @ApiOkResponse()
  @ApiServiceUnavailableResponse({ type: ErrorAnswer, description: '`unavailable`' })
  async ready() {
    return this.health.check([() => this.bucket.check()]);
  }
}

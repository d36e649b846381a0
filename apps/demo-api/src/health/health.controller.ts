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
import { StorageHealth } from 'nest-tenant-storage';
import { ErrorAnswer } from '../http/answers.js';
import { ScannerHealth } from './scanner.health.js';

class LiveAnswer {
  @ApiProperty({ enum: ['ok'] }) status!: string;
}

const parts: ApiPropertyOptions = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    required: ['status'],
    properties: {
      status: { type: 'string', enum: ['up', 'down'] },
      available: {
        type: 'boolean',
        description: 'scanner: whether new files can be scanned; without it they are refused',
      },
      code: { type: 'string' },
      engine: { type: 'string', example: 'clamav/1.4.3' },
      database: { type: 'string', example: '27800' },
    },
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
    private readonly storage: StorageHealth,
    private readonly scanner: ScannerHealth,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @ApiOkResponse({ type: LiveAnswer })
  live() {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'The bucket can be reached; and who looks for malware' })
  @ApiOkResponse({ type: ReadyAnswer })
  @ApiServiceUnavailableResponse({ type: ErrorAnswer, description: '`unavailable`' })
  async ready() {
    return this.health.check([() => this.storage.check('bucket'), () => this.scanner.check()]);
  }
}

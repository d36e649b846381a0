import { applyDecorators, UseGuards } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiForbiddenResponse,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import { TenantGuard } from 'nest-tenant-storage';
import { ErrorAnswer } from '../http/answers.js';
import { JwtAuthGuard } from './jwt-auth.guard.js';
import { RolesGuard } from './roles.guard.js';

/** For every controller that touches files: who is it, of which organisation, and may they. In this order. */
export const Protected = () =>
  applyDecorators(
    UseGuards(JwtAuthGuard, TenantGuard, RolesGuard),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({
      type: ErrorAnswer,
      description: '`unauthorized`: no token, or one that is not valid here',
    }),
    ApiForbiddenResponse({ type: ErrorAnswer, description: '`forbidden`: your role does not allow this' }),
    ApiTooManyRequestsResponse({ type: ErrorAnswer, description: '`too_many_requests`: see `Retry-After`' }),
  );

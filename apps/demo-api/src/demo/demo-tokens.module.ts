import { Module } from '@nestjs/common';
import { DemoTokensController } from './demo-tokens.controller.js';
import { DemoTokens } from './demo-tokens.js';

@Module({ controllers: [DemoTokensController], providers: [DemoTokens] })
export class DemoTokensModule {}

import { Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { Access } from './access.js';
import { JwtStrategy } from './jwt.strategy.js';
import { DemoRecordAccess, RecordAccess } from './record-access.js';

@Module({
  imports: [PassportModule],
  providers: [JwtStrategy, Access, { provide: RecordAccess, useClass: DemoRecordAccess }],
  exports: [Access],
})
export class AuthModule {}

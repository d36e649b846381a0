// src/main.ts
import 'reflect-metadata';
import { Controller, Get, Injectable, Module, Param, Put, UnauthorizedException, UseFilters } from '@nestjs/common';
import { UseGuards, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { jwtVerify } from 'jose';
import { CurrentOrg, FormUploadsService, ReceivedFile, StorageErrorFilter, StorageModule } from 'nest-tenant-storage';
import { TenantGuard, type FormFieldPlace, type FormFilePlace, type OrgId } from 'nest-tenant-storage';

const env = (name: string) => process.env[name] ?? '';

/** Yours: whatever verifies who asks and sets request.user.org_id. */
@Injectable()
class SignIn implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<{ headers: { authorization?: string }; user?: unknown }>();
    const [, token = ''] = request.headers.authorization?.split('Bearer ') ?? [];
    const { payload } = await jwtVerify(token, Buffer.from(env('JWT_SECRET')), { algorithms: ['HS256'] }).catch(() => {
      throw new UnauthorizedException();
    });
    request.user = payload;
    return true;
  }
}

@Controller('forms/:formId/fields/:customFieldId/files')
@UseGuards(SignIn, TenantGuard)
@UseFilters(StorageErrorFilter)
class ScansController {
  constructor(private readonly forms: FormUploadsService) {}

  @Put(':fileName')
  upload(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace, @ReceivedFile() file: ReceivedFile) {
    return this.forms.upload(org, place, file);
  }

  @Get()
  list(@CurrentOrg() org: OrgId, @Param() field: FormFieldPlace) {
    return this.forms.list(org, field);
  }

  @Get(':fileName/url')
  url(@CurrentOrg() org: OrgId, @Param() place: FormFilePlace) {
    return this.forms.presignDownload(org, place);
  }
}

const store = { bucket: env('S3_BUCKET'), region: env('S3_REGION'), endpoint: process.env['S3_ENDPOINT'] };

@Module({ imports: [StorageModule.forRoot(store)], controllers: [ScansController] })
class AppModule {}

const app = await NestFactory.create(AppModule);
app.enableShutdownHooks();
await app.listen(3000, '127.0.0.1');

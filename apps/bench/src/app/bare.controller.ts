import { GetObjectCommand } from '@aws-sdk/client-s3';
import { Controller, Get, Inject, Param, Post, Res, UploadedFile, UseGuards, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import type { Response } from 'express';
import { onBehalfOf, orgScopedKey, parseOrgId, S3_CLIENT } from 'nest-tenant-storage';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { startedWith } from '../children/remote.js';
import type { BenchStore } from '../store.js';
import { JwtGuard } from './jwt.js';
import { multerStorages } from './multer-storages.js';

const store = startedWith<BenchStore>();
const storages = multerStorages(store);

/** The same application without the module: what it is compared with. */
@UseGuards(JwtGuard)
@Controller('bare')
export class BareController {
  constructor(@Inject(S3_CLIENT) private readonly client: S3Client) {}

  @Post('multer')
  @UseInterceptors(FileInterceptor('file', { storage: storages.asShipped }))
  multer(@UploadedFile() { size }: { size: number }) {
    return { size };
  }

  @Post('multer-tuned')
  @UseInterceptors(FileInterceptor('file', { storage: storages.tuned }))
  multerTuned(@UploadedFile() { size }: { size: number }) {
    return { size };
  }

  @Get('empty')
  empty() {}

  @Get(':fileName/content')
  async content(@Param('fileName') fileName: string, @Res() response: Response) {
    const org = parseOrgId('1');
    const Key = orgScopedKey(org, `uploads/forms/7/field_3/${fileName}`);
    const { Body, ContentLength } = await this.client.send(
      onBehalfOf(org, new GetObjectCommand({ Bucket: store.bucket, Key })),
    );
    response.setHeader('Content-Length', ContentLength ?? 0);
    (Body as Readable).pipe(response);
  }
}

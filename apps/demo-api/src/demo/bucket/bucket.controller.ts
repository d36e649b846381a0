import { Controller, Get, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { areaPrefixes, CurrentOrg, ObjectStore, TenantGuard, type OrgId } from 'nest-tenant-storage';
import { JwtAuthGuard } from '../../auth/jwt-auth.guard.js';

/** Of each folder, so many are enough for a drawing. */
const shown = 200;

/** What really lies in the bucket, in the folders of one's own organisation: for the drawing on the page. Demo mode only. */
@ApiExcludeController()
@UseGuards(JwtAuthGuard, TenantGuard)
@Controller('demo/bucket')
export class BucketController {
  constructor(private readonly store: ObjectStore) {}

  @Get()
  async keys(@CurrentOrg() org: OrgId): Promise<{ org: OrgId; items: { key: string; size: number }[] }> {
    const pages = await Promise.all(areaPrefixes(org).map((prefix) => this.store.list(org, prefix, { limit: shown })));
    const items = pages.flatMap((page) => page.objects.map(({ key, size }) => ({ key, size })));
    return { org, items };
  }
}

// src/archive.module.ts
import { Injectable, Module } from '@nestjs/common';
import { InjectStorage, StorageModule, TenantStorage, type OrgId } from 'nest-tenant-storage';

@Injectable()
export class AuditLog {
  constructor(@InjectStorage('archive') private readonly archive: TenantStorage) {}

  close(org: OrgId, year: string, month: string, records: AsyncIterable<object>) {
    return this.archive.auditArchive.append(org, { year, month }, records);
  }
}

@Module({
  imports: [StorageModule.forRoot({ name: 'archive', bucket: 'clinic-archive', region: 'eu-central-1' })],
  providers: [AuditLog],
  exports: [AuditLog],
})
export class ArchiveModule {}

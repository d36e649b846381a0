// src/find-scans.ts
import { formUpload, type OrgId } from 'nest-tenant-storage';
import type { Catalog } from 'nest-tenant-storage/catalog';

export async function findScans(catalog: Catalog, org: OrgId, patientId: number) {
  const page = await catalog.files(org, {
    kind: formUpload,
    nameContains: 'x-ray',
    type: 'image/*',
    from: new Date('2026-11-01'),
    where: { patient_id: patientId },
    sort: 'largest',
  });
  if (page.nextCursor === null) return page.items;
  const next = await catalog.files(org, { kind: formUpload, cursor: page.nextCursor });
  return [...page.items, ...next.items];
}

// src/hold-file.ts
import { formUpload, type FormFilePlace, type Holds, type OrgId } from 'nest-tenant-storage';

export async function holdFile(holds: Holds, org: OrgId, place: FormFilePlace, by: string) {
  const { id } = await holds.hold(formUpload, org, { ...place }, { reason: 'Case 12/2026', by });
  return () => holds.release(org, id, { by }); // all of them: for await (const { reason, at } of holds.holds(org))
}

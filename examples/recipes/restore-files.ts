// src/restore-files.ts
import { formUpload, signature, type FormFieldPlace, type OrgId, type Trash } from 'nest-tenant-storage';

/** What was deleted last in a form's field, and a specialist's signature as it was before the present one. */
export async function restoreFiles(trash: Trash, org: OrgId, field: FormFieldPlace, specialistId: string, by: string) {
  const { items } = await trash.list(formUpload, org, { ...field });
  const [deleted] = items;
  if (deleted) await trash.restore(formUpload, org, { ...field, fileName: deleted.fileName }, { by });
  const [, before] = await trash.versions(signature, org, { specialistId });
  if (before) await trash.restore(signature, org, { specialistId }, { by, version: before.version });
}

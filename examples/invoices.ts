// src/invoices.ts
import { fileKind, inOrg, prefixInOrg } from 'nest-tenant-storage';

/** A kind of file of an application's own: `files.upload(invoice, org, { customerId: '7', fileName }, file, { by })`. */
export const invoice = fileKind({
  purpose: 'invoice',
  ids: ['customerId', 'fileName'],
  at: (org, { customerId, fileName }) => inOrg(org)`custom/invoices/${customerId}/${fileName}`,
  in: (org, { customerId }) => prefixInOrg(org)`custom/invoices/${customerId}/`,
  accepts: ['application/pdf'],
  maxBytes: 10 * 1024 * 1024,
});

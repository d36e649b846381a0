/** Percent-encodes as Signature Version 4 does: everything but `A-Za-z0-9-._~`. */
export const encodeSigned = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

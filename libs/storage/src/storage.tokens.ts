/**
 * The checked options with their defaults. What it is called is what Nest prints where it is missing: "can't resolve
 * dependencies of the TenantGuard (?) …".
 */
export const STORAGE_SETTINGS = Symbol(
  'STORAGE_SETTINGS of StorageModule: import StorageModule.forRoot(…) here, or a module that exports it, or say isGlobal: true there',
);

/** The token of a store that has a name: `{ provide: MyArchive, inject: [getStorageToken('archive')], … }`. */
export const getStorageToken = (name: string): string => `TenantStorage "${name}" of StorageModule.forRoot({ name })`;

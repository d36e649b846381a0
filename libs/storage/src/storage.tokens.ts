/** The checked options with their defaults. */
export const STORAGE_SETTINGS = Symbol('nest-tenant-storage:STORAGE_SETTINGS');

import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { StorageModuleOptions } from './options/storage.options.js';

/** What stands beside the options of a store, also where `useFactory` brings those. */
export interface StorageModuleExtras {
  /** Every module of the application has the services without importing this one. Default false. */
  isGlobal?: boolean | undefined;
  /**
   * For a store beside the application's first, which has no name: an archive in a bucket of its own, say. It is had with
   * `@InjectStorage(name)`, and nothing else of it is offered, so that it is never taken for the first one.
   */
  name?: string | undefined;
}

const extras: StorageModuleExtras = { isGlobal: false, name: undefined };

export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN: STORAGE_OPTIONS,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<StorageModuleOptions>({ moduleName: 'Storage' })
  .setClassMethodName('forRoot')
  .setExtras(extras, (definition, { isGlobal }) => ({ ...definition, global: isGlobal }))
  .build();

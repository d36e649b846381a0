import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { StorageModuleOptions } from './storage.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN: STORAGE_OPTIONS } =
  new ConfigurableModuleBuilder<StorageModuleOptions>({ moduleName: 'Storage' }).setClassMethodName('forRoot').build();

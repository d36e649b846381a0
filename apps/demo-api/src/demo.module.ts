import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import { AuthModule } from './auth/auth.module.js';
import { CatalogRoutesModule } from './catalog/catalog-routes.module.js';
import { configName, type DemoConfig } from './demo.config.js';
import { DemoModeModule } from './demo/demo-mode.module.js';
import { FilesModule } from './files/files.module.js';
import { HealthModule } from './health/health.module.js';
import { Connections } from './http/connections.js';

@Module({})
export class DemoModule {
  /** `config` comes in checked, so what it rules out (the demo's tokens) is not there rather than switched off. */
  static forRoot(config: DemoConfig): DynamicModule {
    return {
      module: DemoModule,
      imports: [
        ConfigModule.forRoot({ isGlobal: true, ignoreEnvFile: true, load: [registerAs(configName, () => config)] }),
        AuthModule,
        FilesModule,
        HealthModule,
        ...(config.catalog ? [CatalogRoutesModule] : []),
        ...(config.demoMode ? [DemoModeModule] : []),
      ],
      providers: [Connections],
    };
  }
}

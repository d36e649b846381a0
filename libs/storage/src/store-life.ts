import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { StorageEvents } from './files/events.js';
import { Gates } from './files/gates/gates.js';
import { OrgClients } from './store/client/org-clients.js';
import { S3_CLIENT } from './store/client/s3-client.js';
import type { StorageSettings } from './options/storage.settings.js';
import { STORAGE_SETTINGS } from './storage.tokens.js';
import { telemetryOf } from './telemetry/telemetry-of.js';
import { StorageError } from './storage.error.js';

/** How long a listener that does not end may hold a shutdown up. */
const drainMs = 10_000;

const afterMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());

/** The name of a store, empty for the one without. */
export const STORE_NAME = Symbol('STORE_NAME of StorageModule');

/** That a store is the only one of its name, that its gates are ready, and that its connections end with the application. */
@Injectable()
export class StoreLife implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(STORE_NAME) private readonly name: string,
    @Inject(S3_CLIENT) private readonly client: { destroy(): void },
    private readonly clients: OrgClients,
    private readonly events: StorageEvents,
    private readonly gates: Gates,
    private readonly modules: ModulesContainer,
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
  ) {}

  async onModuleInit(): Promise<void> {
    this.#requireOne();
    telemetryOf(this.settings).listen(this.events);
    await this.gates.start();
  }

  /** Of two stores of one name Nest would silently take the one that a module imports first. */
  #requireOne(): void {
    const named = [...this.modules.values()].filter((module) => {
      return module.providers.get(STORE_NAME)?.instance === this.name;
    });
    if (named.length < 2) return;
    throw new StorageError(
      'misconfigured',
      `StorageModule.forRoot was called ${named.length} times ${this.name ? `with the name "${this.name}"` : 'without a name'}, ` +
        'and each call makes a store with connections and events of its own. Call it once and import what it returned, or a ' +
        `module that exports that; give another store a name of its own: forRoot({ name: 'archive', … }).`,
    );
  }

  /** After the last request: the connections that still carry bytes must not be cut, and listeners are heard out. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.race([this.events.drain(), afterMs(drainMs)]);
    this.clients.destroy();
    this.client.destroy();
  }
}

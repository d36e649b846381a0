import { Controller, Get, Inject, NotFoundException, Post } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ApiExcludeController, ApiProperty } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { S3_CLIENT, STORAGE_SETTINGS, type StorageSettings } from 'nest-tenant-storage';
import type { CatalogDatabase } from 'nest-tenant-storage/catalog';
import { attacks, type Attack } from 'nest-tenant-storage/testing';
import { CATALOG_DATABASE } from '../../catalog/catalog.module.js';
import { inUrl } from '../../demo.config.js';
import { JsonBody } from '../../http/json-body.js';
import { STORE, type Store } from '../../store.module.js';
import { DemoTokens } from '../demo-tokens.js';
import { reportOf, type AttackReport } from './attack-report.js';
import { AttackRunner } from './attack-runner.js';
import type { InsideAttack } from '../inside/inside-attack.js';
import { insideAttacks } from '../inside/inside.attacks.js';
import { runInside, type Hands } from '../inside/inside-runner.js';

class RunBody {
  @ApiProperty() @IsString() @MaxLength(200) name!: string;
}

/** An attack without how it is sent. */
type Shown = Omit<Attack | InsideAttack, 'sends' | 'sent' | 'run'> & { canRun: boolean };

/** The one list of attacks, and what mistaken code of the application itself would try, for the page to show, and run against this very demo. Demo mode only. */
@ApiExcludeController()
@Controller('demo/attacks')
export class AttacksController {
  #runner?: AttackRunner;
  /** One at a time: some put the store's clock forward. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly http: HttpAdapterHost,
    private readonly tokens: DemoTokens,
    @Inject(STORE) private readonly store: Store,
    @Inject(STORAGE_SETTINGS) private readonly settings: StorageSettings,
    @Inject(S3_CLIENT) private readonly client: Hands['client'],
    @Inject(CATALOG_DATABASE) private readonly database: CatalogDatabase | undefined,
  ) {}

  @Get()
  list(): { items: Shown[] } {
    const requests = attacks.map(({ sends, ...attack }) => ({ ...attack, canRun: this.#canRun(sends) }));
    const inside = insideAttacks.map(({ run: _run, sent: _sent, ...attack }) => ({
      ...attack,
      canRun: this.#canRunInside(attack),
    }));
    return { items: [...requests, ...inside] };
  }

  @Post()
  async run(@JsonBody() { name }: RunBody): Promise<AttackReport> {
    const run = this.#find(name);
    if (!run) throw new NotFoundException('There is no such attack here.');
    const report = this.#last.then(run);
    this.#last = report.catch(() => {});
    return report;
  }

  #find(name: string): (() => Promise<AttackReport>) | undefined {
    const attack = attacks.find((each) => each.name === name);
    if (attack && this.#canRun(attack.sends)) return async () => reportOf(attack, await this.#ready().run(attack));
    const inside = insideAttacks.find((each) => each.name === name);
    if (!inside || !this.#canRunInside(inside)) return undefined;
    const { settings, client, database } = this;
    return () => runInside(inside, this.#ready(), { settings, client, ...(database && { database }) });
  }

  /** What passes the module by could leave something behind in a bucket of one's own, whose policy may be another. */
  #canRunInside({ must }: Pick<InsideAttack, 'must'>): boolean {
    if (must.refusedBy === 'database') return this.database !== undefined;
    return must.refusedBy === 'client' || this.store.server !== undefined;
  }

  /** A bucket of one's own has no clock that could be put forward. */
  #canRun(sends: Attack['sends']): boolean {
    return this.store.server !== undefined || sends.every(({ later }) => later === undefined);
  }

  #ready(): AttackRunner {
    const { clock } = this.store.server ?? {};
    const tokenOf = (person: { orgId: string; userId: string }) => this.tokens.issue({ ...person, role: 'admin' });
    const { bucket } = this.store.options;
    return (this.#runner ??= new AttackRunner(
      { origin: this.#origin(), bucket, tokenOf, ...(clock && { clock }) },
      { formId: 'attacked', customFieldId: '1' },
    ));
  }

  #origin(): string {
    const { address, port } = (this.http.httpAdapter.getHttpServer() as Server).address() as AddressInfo;
    return `http://${address === '0.0.0.0' || address === '::' ? '127.0.0.1' : inUrl(address)}:${port}`;
  }
}

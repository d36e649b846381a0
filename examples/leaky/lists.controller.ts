import { Controller, Get, Headers, Param, Query, UseGuards } from '@nestjs/common';
import { Records, shown } from './records.js';
import { Org, SignIn } from './sign-in.js';

@UseGuards(SignIn)
@Controller()
export class ListsController {
  readonly #cache = new Map<string, unknown>();

  constructor(private readonly records: Records) {}

  /** Leak: a header. */
  @Get('appointments')
  appointments(@Org() org: string, @Headers('x-org-id') said?: string) {
    return this.records.list('appointments', said ?? org).map(shown);
  }

  /** Leak: a query. */
  @Get('invoices')
  invoices(@Org() org: string, @Query('orgId') said?: string) {
    return this.records.list('invoices', said ?? org).map(shown);
  }

  /** Leak: a path. */
  @Get('orgs/:orgId/reports')
  reports(@Param('orgId') said: string) {
    return this.records.list('reports', said).map(shown);
  }

  /** Leak: no filter. */
  @Get('patients')
  patients() {
    return this.records.list('patients').map(shown);
  }

  /** Leak: a cache for everybody. */
  @Get('summary')
  summary(@Org() org: string) {
    if (!this.#cache.has('summary')) this.#cache.set('summary', this.records.list('visits', org).map(shown));
    return this.#cache.get('summary');
  }

  /** Right. */
  @Get('tasks')
  tasks(@Org() org: string) {
    return this.records.list('tasks', org).map(shown);
  }
}

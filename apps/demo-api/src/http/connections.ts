import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';

const graceMs = 10_000;
const idleMs = 60_000;
const longestRequestMs = 3_600_000;

/** How long connections may last: a slow upload an hour, a silent one a minute, any of them ten seconds after the end. */
@Injectable()
export class Connections implements BeforeApplicationShutdown {
  constructor(private readonly adapter: HttpAdapterHost) {}

  beforeApplicationShutdown(): void {
    const server = this.adapter.httpAdapter.getHttpServer() as Server;
    setTimeout(() => server.closeAllConnections(), graceMs).unref();
  }
}

export function limitConnections(server: Server): void {
  server.requestTimeout = longestRequestMs;
  server.setTimeout(idleMs);
}

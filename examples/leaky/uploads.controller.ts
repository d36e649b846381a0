import { Body, Controller, Get, NotFoundException, Post, UseGuards } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Records, shown } from './records.js';
import { Org, SignIn } from './sign-in.js';

@UseGuards(SignIn)
@Controller()
export class UploadsController {
  readonly #tickets = new Map<string, { org: string; text: string }>();

  constructor(private readonly records: Records) {}

  @Post('uploads')
  begin(@Org() org: string, @Body() { text }: { text: string }) {
    const token = randomUUID();
    this.#tickets.set(token, { org, text });
    return { token };
  }

  /** Leak: whose ticket it is, is not asked. */
  @Post('uploads/complete')
  complete(@Body() { token }: { token: string }) {
    const ticket = this.#tickets.get(token);
    if (!ticket) throw new NotFoundException();
    this.#tickets.delete(token);
    return { id: this.records.add('uploads', ticket.org, ticket.text).id };
  }

  /** Leak: the body says which organisation. */
  @Post('tasks')
  task(@Org() org: string, @Body() { text, orgId }: { text: string; orgId?: string }) {
    return { id: this.records.add('tasks', orgId ?? org, text).id };
  }

  /** Right. */
  @Get('uploads')
  uploads(@Org() org: string) {
    return this.records.list('uploads', org).map(shown);
  }
}

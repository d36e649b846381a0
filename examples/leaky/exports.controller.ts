import { Body, Controller, ForbiddenException, Get, Param, Post, Query, UseGuards } from '@nestjs/common';
import { createHmac, randomBytes } from 'node:crypto';
import { Records } from './records.js';
import { Org, SignIn } from './sign-in.js';

@Controller()
export class ExportsController {
  readonly #secret = randomBytes(32);

  constructor(private readonly records: Records) {}

  @Post('exports')
  @UseGuards(SignIn)
  create(@Org() org: string, @Body() { text }: { text: string }) {
    return { name: this.records.add('exports', org, text).id };
  }

  /** Leak: signs for any name. */
  @Get('exports/:name/url')
  @UseGuards(SignIn)
  url(@Param('name') name: string) {
    return { url: `/download/${name}?signature=${this.#sign(name)}` };
  }

  /** Right: public, for whoever has a signed URL. */
  @Get('download/:name')
  download(@Param('name') name: string, @Query('signature') signature?: string): string {
    if (signature !== this.#sign(name)) throw new ForbiddenException();
    return this.records.find('exports', name)?.text ?? '';
  }

  #sign = (name: string) => createHmac('sha256', this.#secret).update(name).digest('hex');
}

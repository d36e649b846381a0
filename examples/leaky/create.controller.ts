import { BadRequestException, Body, Controller, Param, Post, UseGuards } from '@nestjs/common';
import { Records } from './records.js';
import { Org, SignIn } from './sign-in.js';

export const kinds = [
  'appointments',
  'invoices',
  'reports',
  'documents',
  'patients',
  'visits',
  'letters',
  'scans',
  'notices',
  'images',
  'drafts',
];

/** Right: puts something into the organisation of whoever is signed in. */
@UseGuards(SignIn)
@Controller()
export class CreateController {
  constructor(private readonly records: Records) {}

  @Post(kinds.map((kind) => `${kind}`))
  create(@Org() org: string, @Param() _params: object, @Body() { text, kind }: { text?: string; kind?: string }) {
    if (typeof text !== 'string' || !kinds.includes(String(kind))) throw new BadRequestException();
    return { id: this.records.add(String(kind), org, text).id };
  }
}

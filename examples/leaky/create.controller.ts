import { BadRequestException, Body, Controller, Post, Req, UseGuards } from '@nestjs/common';
import { Records } from './records.js';
import { Org, SignIn } from './sign-in.js';

const kinds = [
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

  @Post(kinds)
  create(@Org() org: string, @Req() { url }: { url: string }, @Body() { text }: { text?: string }) {
    if (typeof text !== 'string') throw new BadRequestException('text must be a string');
    return { id: this.records.add(url.slice(1), org, text).id };
  }
}

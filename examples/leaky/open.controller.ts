import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { Records, shown } from './records.js';

/** Leak: no guard. */
@Controller('notices')
export class OpenController {
  constructor(private readonly records: Records) {}

  @Get(':id')
  notice(@Param('id') id: string) {
    const notice = this.records.find('notices', id);
    if (!notice) throw new NotFoundException();
    return shown(notice);
  }
}

import {
  Controller,
  Delete,
  ForbiddenException,
  Get,
  HttpCode,
  NotFoundException,
  Param,
  Res,
  UseGuards,
} from '@nestjs/common';
import { Records, shown } from './records.js';
import { Org, SignIn } from './sign-in.js';

/** As Express and Fastify have it alike. */
interface Reply {
  header(name: string, value: string): unknown;
}

@UseGuards(SignIn)
@Controller()
export class ByIdController {
  constructor(private readonly records: Records) {}

  /** Leak: whose it is, is not asked. */
  @Get('documents/:id')
  document(@Param('id') id: string) {
    return shown(this.#found('documents', id));
  }

  /** Leak: the text says more than the status. */
  @Get('letters/:id')
  letter(@Org() org: string, @Param('id') id: string) {
    const letter = this.#found('letters', id);
    if (letter.org !== org) throw new NotFoundException('This letter belongs to another clinic.');
    return shown(letter);
  }

  /** Leak: 403 says that there is one. */
  @Get('scans/:id')
  scan(@Org() org: string, @Param('id') id: string) {
    const scan = this.#found('scans', id);
    if (scan.org !== org) throw new ForbiddenException();
    return shown(scan);
  }

  /** Leak: the header is set too early. */
  @Get('images/:id')
  image(@Org() org: string, @Param('id') id: string, @Res({ passthrough: true }) response: Reply) {
    const image = this.records.find('images', id);
    response.header('X-Title', image?.text ?? '-');
    if (image?.org !== org) throw new NotFoundException();
    return shown(image);
  }

  /** Right. */
  @Get('drafts/:id')
  draft(@Org() org: string, @Param('id') id: string) {
    const draft = this.records.find('drafts', id);
    if (draft?.org !== org) throw new NotFoundException();
    return shown(draft);
  }

  /** Leak: removes anybody's. */
  @Delete('drafts/:id')
  @HttpCode(204)
  remove(@Param('id') id: string): void {
    this.records.remove('drafts', id);
  }

  #found(kind: string, id: string) {
    const item = this.records.find(kind, id);
    if (!item) throw new NotFoundException();
    return item;
  }
}

import { Module } from '@nestjs/common';
import { ByIdController } from './by-id.controller.js';
import { CreateController } from './create.controller.js';
import { ExportsController } from './exports.controller.js';
import { ListsController } from './lists.controller.js';
import { OpenController } from './open.controller.js';
import { Records } from './records.js';
import { UploadsController } from './uploads.controller.js';

/** An application with the mistakes that `leaks.ts` names, for proofs to find. Never a model for anything else. */
@Module({
  controllers: [
    CreateController,
    ListsController,
    ByIdController,
    OpenController,
    ExportsController,
    UploadsController,
  ],
  providers: [Records],
})
export class LeakyModule {}

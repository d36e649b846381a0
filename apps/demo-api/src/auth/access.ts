import { ForbiddenException, Injectable } from '@nestjs/common';
import { RecordAccess } from './record-access.js';
import { allows, type Permission } from './role-table.js';
import type { User } from './user.js';

export const forbidden = () => new ForbiddenException('Your role does not allow this.');

/** May they? First the role table, then the records. */
@Injectable()
export class Access {
  constructor(private readonly records: RecordAccess) {}

  async require(user: User, permission: Permission, place: Readonly<Record<string, unknown>>): Promise<void> {
    if (!allows(user, permission, place)) throw forbidden();
    if (!(await this.records.may(user, permission, place))) {
      throw new ForbiddenException('This record is not yours.');
    }
  }
}

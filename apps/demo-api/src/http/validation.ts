import { Transform } from 'class-transformer';
import { ValidationPipe } from '@nestjs/common';

/** Bodies say exactly what they may: an unknown property is a mistake. */
export const strict = new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true });

/** Paths and queries: what no route declares is dropped unread. */
export const lenient = new ValidationPipe({ whitelist: true, transform: true });

/** `true` and `false` as a query writes them. */
export const Flag = () =>
  Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

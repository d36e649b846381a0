import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import { storageErrorCodes } from 'nest-tenant-storage';

/** Codes of errors that are not the module's. */
const ownCodes = [
  'unauthorized',
  'forbidden',
  'body_too_large',
  'unsupported_media_type',
  'unavailable',
  'wrong_host',
  'internal_error',
] as const;

/**
 * The shapes of answers, for the API's description: what is sent are the module's own values of the same shape, and each
 * answer that a test gets is compared with the description.
 */
export class ErrorAnswer {
  @ApiProperty({ example: 404 }) statusCode!: number;
  @ApiProperty({
    example: 'not_found',
    enum: [...storageErrorCodes, ...ownCodes],
    description: 'Stable: programs may rely on it',
  })
  code!: string;
  @ApiProperty({ example: 'There is no such file.', description: 'For people' }) message!: string;
}

export class ScannedByAnswer {
  @ApiProperty({ example: 'clamav/1.4.3' }) engine!: string;
  @ApiPropertyOptional({ example: '27800', description: 'Version of the database of signatures' }) database?: string;
  @ApiProperty({ type: String, format: 'date-time' }) at!: Date;
}

export class StoredFileAnswer {
  @ApiProperty({ example: 'x-ray.png', description: 'As its person named it; in lists, as it stands in paths' })
  fileName!: string;
  @ApiProperty({ example: 'image/png' }) contentType!: string;
  @ApiProperty({ example: 48_210, description: 'Bytes' }) size!: number;
  @ApiProperty({ example: '"9b2cf535f27731c974343645a3985328"' }) etag!: string;
  @ApiPropertyOptional({ type: String, format: 'date-time' }) lastModified?: Date;
  @ApiPropertyOptional({ description: 'Hexadecimal; where the client declared one' }) sha256?: string;
  @ApiPropertyOptional({ type: ScannedByAnswer, description: 'Who found it free of malware; not in lists' })
  scannedBy?: ScannedByAnswer;
}

export class RefusedFileAnswer {
  @ApiPropertyOptional({ description: 'Absent where the form itself broke off' }) fileName?: string;
  @ApiProperty() error!: ErrorAnswer;
}

@ApiExtraModels(StoredFileAnswer, RefusedFileAnswer)
export class FormItemsAnswer {
  @ApiProperty({
    type: 'array',
    items: { oneOf: [StoredFileAnswer, RefusedFileAnswer].map((model) => ({ $ref: getSchemaPath(model) })) },
  })
  items!: (StoredFileAnswer | RefusedFileAnswer)[];
}

export class ReadUrlAnswer {
  @ApiProperty({ description: 'Whoever has it can read the file until it expires' }) url!: string;
  @ApiProperty({ type: String, format: 'date-time' }) expiresAt!: Date;
  @ApiProperty({ description: 'What the URL is called in the audit trail; nothing secret' }) grant!: string;
}

export class ListedFileAnswer extends StoredFileAnswer {
  @ApiPropertyOptional({ description: 'Where `urls=true` was asked for' }) url?: string;
  @ApiPropertyOptional({ type: String, format: 'date-time' }) expiresAt?: Date;
  @ApiPropertyOptional({ description: 'What the URL is called in the audit trail' }) grant?: string;
}

export class FilePageAnswer {
  @ApiProperty({ type: [ListedFileAnswer] }) items!: ListedFileAnswer[];
  @ApiPropertyOptional({ description: 'Gives the next page to the next call; absent on the last page' })
  nextCursor?: string;
}

export class FileVersionAnswer {
  @ApiProperty({ description: 'Names this state to `restore`' }) version!: string;
  @ApiProperty({ example: 48_210, description: 'Bytes' }) size!: number;
  @ApiProperty() etag!: string;
  @ApiPropertyOptional({ type: String, format: 'date-time' }) storedAt?: Date;
  @ApiProperty({ description: 'It is what everybody reads' }) isCurrent!: boolean;
}

export class TrashedFileAnswer {
  @ApiProperty({ example: 'x-ray.png', description: 'As it stands in paths' }) fileName!: string;
  @ApiPropertyOptional({ type: String, format: 'date-time' }) deletedAt?: Date;
  @ApiProperty({ type: [FileVersionAnswer], description: 'The latest first: that one is restored' })
  versions!: FileVersionAnswer[];
}

export class TrashAnswer {
  @ApiProperty({ type: [TrashedFileAnswer] }) items!: TrashedFileAnswer[];
  @ApiPropertyOptional({ description: 'Gives the next page to the next call; absent on the last page' })
  nextCursor?: string;
}

class TicketBase {
  @ApiProperty({ type: String, format: 'date-time', description: 'When the request stops working' }) expiresAt!: Date;
  @ApiProperty({ description: 'Completes, signs steps of, or abandons this upload; for you only' }) token!: string;
}

export class PostTicketAnswer extends TicketBase {
  @ApiProperty({ enum: ['POST'] }) method!: string;
  @ApiProperty({ description: 'Where to send the bytes' }) url!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'Form fields to send as they are, before the bytes in a field named `file`',
  })
  fields!: Record<string, string>;
}

export class PutTicketAnswer extends TicketBase {
  @ApiProperty({ enum: ['PUT'] }) method!: string;
  @ApiProperty({ description: 'Where to send the bytes' }) url!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, description: 'Headers to send as they are' })
  headers!: Record<string, string>;
}

export class MultipartTicketAnswer extends TicketBase {
  @ApiProperty({ enum: ['MULTIPART'] }) method!: string;
  @ApiProperty({ description: 'Bytes of every part but the last' }) partSize!: number;
  @ApiProperty() partCount!: number;
}

/** How to send the bytes says which of these it is. */
export const ticketAnswers = { POST: PostTicketAnswer, PUT: PutTicketAnswer, MULTIPART: MultipartTicketAnswer };

export class SignedStepAnswer {
  @ApiProperty({ example: 'PUT' }) method!: string;
  @ApiProperty() url!: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } }) headers?: Record<string, string>;
  @ApiProperty({ type: String, format: 'date-time' }) expiresAt!: Date;
}

export class AccessTokenAnswer {
  @ApiProperty() accessToken!: string;
}

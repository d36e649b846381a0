import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

/** The shapes of answers, for the API's description: what is sent are the module's own values of the same shape. */
export class ErrorAnswer {
  @ApiProperty({ example: 404 }) statusCode!: number;
  @ApiProperty({ example: 'not_found', description: 'Stable: programs may rely on it' }) code!: string;
  @ApiProperty({ example: 'There is no such file.', description: 'For people' }) message!: string;
}

export class StoredFileAnswer {
  @ApiProperty({ example: 'x-ray.png', description: 'As its person named it; in lists, as it stands in paths' })
  fileName!: string;
  @ApiProperty({ example: 'image/png' }) contentType!: string;
  @ApiProperty({ example: 48_210, description: 'Bytes' }) size!: number;
  @ApiProperty({ example: '"9b2cf535f27731c974343645a3985328"' }) etag!: string;
  @ApiPropertyOptional({ type: String, format: 'date-time' }) lastModified?: Date;
  @ApiPropertyOptional({ description: 'Hexadecimal; where the client promised one' }) sha256?: string;
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
}

export class ListedFileAnswer extends StoredFileAnswer {
  @ApiPropertyOptional({ description: 'Where `urls=true` was asked for' }) url?: string;
  @ApiPropertyOptional({ type: String, format: 'date-time' }) expiresAt?: Date;
}

export class FilePageAnswer {
  @ApiProperty({ type: [ListedFileAnswer] }) items!: ListedFileAnswer[];
  @ApiPropertyOptional({ description: 'Gives the next page to the next call; absent on the last page' })
  nextCursor?: string;
}

export class TicketAnswer {
  @ApiProperty({ enum: ['POST', 'PUT', 'MULTIPART'], description: 'How to send the bytes' }) method!: string;
  @ApiPropertyOptional({ description: 'Where to send them: POST and PUT' }) url?: string;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'PUT: headers to send as they are',
  })
  headers?: Record<string, string>;
  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string' },
    description: 'POST: form fields to send as they are, before the bytes in a field named `file`',
  })
  fields?: Record<string, string>;
  @ApiPropertyOptional({ description: 'MULTIPART: bytes of every part but the last' }) partSize?: number;
  @ApiPropertyOptional({ description: 'MULTIPART' }) partCount?: number;
  @ApiProperty({ type: String, format: 'date-time', description: 'When the request stops working' }) expiresAt!: Date;
  @ApiProperty({ description: 'Completes, signs steps of, or abandons this upload; for you only' }) token!: string;
}

export class SignedStepAnswer {
  @ApiProperty({ example: 'PUT' }) method!: string;
  @ApiProperty() url!: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: { type: 'string' } }) headers?: Record<string, string>;
  @ApiProperty({ type: String, format: 'date-time' }) expiresAt!: Date;
}

export class AccessTokenAnswer {
  @ApiProperty() accessToken!: string;
}

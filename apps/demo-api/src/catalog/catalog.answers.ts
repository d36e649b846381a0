import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

class LimitAnswer {
  @ApiPropertyOptional({ description: 'Bytes; absent without a limit' }) bytes?: number;
  @ApiPropertyOptional({ description: 'How many' }) files?: number;
}

class CountedAnswer {
  @ApiProperty({ description: 'Bytes of stored files' }) usedBytes!: number;
  @ApiProperty() usedFiles!: number;
  @ApiProperty({ description: 'Bytes that uploads under way have to themselves' }) reservedBytes!: number;
  @ApiProperty() reservedFiles!: number;
  @ApiProperty({ type: LimitAnswer }) limit!: LimitAnswer;
}

@ApiExtraModels(CountedAnswer)
export class UsageAnswer extends CountedAnswer {
  @ApiProperty({
    type: 'object',
    additionalProperties: { $ref: getSchemaPath(CountedAnswer) },
    description: 'By kind of file',
  })
  kinds!: Record<string, CountedAnswer>;
}

class FoundFileAnswer {
  @ApiProperty({ example: 'form-upload', description: 'The kind of file' }) purpose!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { formId: '7' } })
  place!: Record<string, string>;
  @ApiProperty({ example: 'X-ray.png', description: 'As its person named it' }) fileName!: string;
  @ApiProperty({ example: 'image/png' }) contentType!: string;
  @ApiProperty({ description: 'Bytes' }) size!: number;
  @ApiProperty() etag!: string;
  @ApiPropertyOptional({ description: 'Hexadecimal' }) sha256?: string;
  @ApiPropertyOptional() uploadedBy?: string;
  @ApiProperty({ type: String, format: 'date-time' }) uploadedAt!: Date;
  @ApiProperty({ type: 'object', additionalProperties: true, example: { patient_id: 'pat' } })
  columns!: Record<string, unknown>;
}

export class FoundPageAnswer {
  @ApiProperty({ type: [FoundFileAnswer] }) items!: FoundFileAnswer[];
  @ApiPropertyOptional() nextCursor?: string;
}

export class JournalPageAnswer {
  @ApiProperty({ type: 'array', items: { type: 'object', additionalProperties: true } }) records!: object[];
  @ApiPropertyOptional() nextCursor?: string;
}

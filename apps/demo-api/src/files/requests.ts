import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsOptional, IsString, MaxLength, Min } from 'class-validator';

/** What every direct upload declares of its bytes. */
export class DeclaredUploadBody {
  @ApiProperty({ example: 48_210, description: 'Exact, in bytes' }) @IsInt() @Min(1) size!: number;

  @ApiPropertyOptional({ description: 'SHA-256 of the bytes, hexadecimal or base64' })
  @IsOptional()
  @IsString()
  sha256?: string;

  @ApiPropertyOptional({ enum: ['POST', 'PUT'], description: 'How you want to send the bytes' })
  @IsOptional()
  @IsIn(['POST', 'PUT'])
  method?: 'POST' | 'PUT';

  @ApiPropertyOptional({ description: 'In parts that can be resumed' }) @IsOptional() @IsBoolean() multipart?: boolean;
}

export class DispositionQuery {
  @ApiPropertyOptional({ enum: ['inline', 'attachment'], default: 'inline' })
  @IsOptional()
  @IsIn(['inline', 'attachment'])
  disposition?: 'inline' | 'attachment';
}

/** Where the place names the file, and its kind says what it is. */
class NamelessUploadBody extends DeclaredUploadBody {
  @ApiPropertyOptional({ description: 'Ignored: the place names the file' })
  @IsOptional()
  @IsString()
  fileName?: string;
}

/** Signatures and logos are PNG; saying so is welcome and saying otherwise is a mistake. */
export class BeginPngUploadBody extends NamelessUploadBody {
  @ApiPropertyOptional({ enum: ['image/png'] }) @IsOptional() @IsIn(['image/png']) contentType?: string;
}

export class BeginPdfUploadBody extends NamelessUploadBody {
  @ApiPropertyOptional({ enum: ['application/pdf'] }) @IsOptional() @IsIn(['application/pdf']) contentType?: string;
}

/** Where a page of a list begins. */
export class CursorQuery {
  @ApiPropertyOptional({ description: '`nextCursor` of the page before' })
  @IsOptional()
  @IsString()
  @MaxLength(4096)
  cursor?: string;
}

export class RestoreBody {
  @ApiPropertyOptional({
    description: 'A state that the trash shows; default: the last one of a file that was deleted',
  })
  @IsOptional()
  @IsString()
  @MaxLength(1024)
  version?: string;
}

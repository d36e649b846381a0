import { createParamDecorator, type ExecutionContext, type Type } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { Response } from 'express';
import { provenOrg, type By, type OrgId } from 'nest-tenant-storage';
import type { User } from '../auth/user.js';
import { lenient } from '../http/validation.js';

/** What a request is about: whose files, at which place, asked by whom. */
export interface At<Place = undefined> {
  org: OrgId;
  place: Place;
  user: User;
  /** Who asks, and in which request, as every call of the module wants to be told. */
  caller: Required<By>;
}

/**
 * All that a handler needs to know of a request beside its body, in one parameter: `@At(FileParams) at: At<FileParams>`. The
 * organisation is the proven one, the user comes from the token, the place from the path: checked by its class, which also
 * describes it in OpenAPI.
 */
export function At(Params?: Type<object>): ParameterDecorator {
  return (target, method, index) => {
    if (Params) describe(Params, target, method!);
    fromRequest(Params)(target, method, index);
  };
}

const fromRequest = createParamDecorator(
  async (Params: Type<object> | undefined, context: ExecutionContext): Promise<At<unknown>> => {
    const http = context.switchToHttp();
    const request = http.getRequest<{ params: unknown; user: User }>();
    const requestId = String(http.getResponse<Response>().getHeader('X-Request-Id'));
    const { user } = request;
    const place: unknown = Params && (await lenient.transform(request.params, { type: 'param', metatype: Params }));
    return { org: provenOrg(request), place, user, caller: { by: user.sub, requestId } };
  },
);

/** What `@ApiProperty` says of the class, as `@Param` would have it. */
function describe(Params: Type<object>, target: object, method: string | symbol): void {
  const handler = Object.getOwnPropertyDescriptor(target, method)!;
  const names = Reflect.getMetadata('swagger/apiModelPropertiesArray', Params.prototype as object) as string[];
  for (const name of names.map((each) => each.slice(1))) {
    const { example, enum: values } = Reflect.getMetadata(
      'swagger/apiModelProperties',
      Params.prototype as object,
      name,
    ) as {
      example?: string;
      enum?: string[];
    };
    ApiParam({ name, schema: { type: 'string', ...(example && { example }), ...(values && { enum: values }) } })(
      target,
      method,
      handler,
    );
  }
}

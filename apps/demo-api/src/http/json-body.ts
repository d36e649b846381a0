import {
  applyDecorators,
  Body,
  Injectable,
  PayloadTooLargeException,
  UnsupportedMediaTypeException,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import { json, type Request, type Response } from 'express';
import { requireFlatBody, requireFlatJson } from 'nest-tenant-storage';
import type { Observable } from 'rxjs';
import { strict } from './validation.js';

const mostBytes = 16 * 1024;
const parse = json({ limit: mostBytes, inflate: false, verify: requireFlatJson });

/**
 * Reads a JSON body, on the routes that have one and after their guards: the bytes of every other route belong to its
 * handler, and nobody's JSON is read before they are known. No pipe sees what is nested: walking it costs what its sender
 * likes.
 */
@Injectable()
class JsonBodyInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    if (!request.is('application/json')) {
      const found = request.headers['content-type'] ?? 'a body without it';
      throw new UnsupportedMediaTypeException(`Send a JSON body, with "Content-Type: application/json", not ${found}.`);
    }
    // The parser would first read what it refuses.
    if (Number(request.headers['content-length']) > mostBytes) {
      throw new PayloadTooLargeException(`Send a JSON body of at most ${mostBytes} bytes.`);
    }
    await new Promise<void>((resolve, reject) => {
      parse(request, response, (error?: unknown) => (error ? reject(error) : resolve()));
    });
    requireFlatBody(request.body);
    return next.handle();
  }
}

const readsJson = applyDecorators(UseInterceptors(JsonBodyInterceptor), ApiConsumes('application/json'));

/** The JSON body of a request, as the class of the parameter describes it: `@JsonBody() body: TokenBody`. */
export const JsonBody = (): ParameterDecorator => (target, method, index) => {
  readsJson(target, method!, Object.getOwnPropertyDescriptor(target, method!));
  Body(strict)(target, method, index);
};

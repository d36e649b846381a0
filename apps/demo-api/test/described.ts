import type { IncomingHttpHeaders } from 'node:http';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body as JSON; undefined where it is something else. */
  json: Record<string, unknown> & { code?: string; message?: string };
}

interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  oneOf?: Schema[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
}

export interface Description {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema?: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

/** What an answer has that the API's description does not say; nothing where no operation of the description was called. */
export function undescribed(api: Description, method: string, path: string, answer: Answer): string[] {
  const [plain = ''] = path.split('?', 1);
  const [route, methods] = Object.entries(api.paths).find(([template]) => fits(template, plain)) ?? [];
  const operation = methods?.[method === 'HEAD' ? 'get' : method.toLowerCase()];
  if (!operation) return [];
  const where = `${method} ${route} ${answer.status}`;
  const response = operation.responses[answer.status];
  if (!response) return [`${where} (${answer.json.code ?? 'no code'}) is not described`];
  if (method === 'HEAD' || answer.body.length === 0) return [];
  const [type = ''] = (answer.headers['content-type'] ?? '').split(';', 1);
  const content = response.content?.[type] ?? response.content?.['*/*'];
  if (!content) return [`${where} is ${type}, which is not described`];
  return type === 'application/json' && content.schema
    ? [...mistakes(api, content.schema, answer.json, 'body')].map((mistake) => `${where}: ${mistake}`)
    : [];
}

const patterns = new Map<string, RegExp>();

function fits(template: string, path: string): boolean {
  const pattern = patterns.get(template) ?? new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`);
  patterns.set(template, pattern);
  return pattern.test(path);
}

/** The part of JSON Schema that the description uses; a property that it does not name is a mistake. */
function* mistakes(api: Description, schema: Schema, value: unknown, at: string): Generator<string> {
  if (schema.$ref) {
    const named = api.components.schemas[schema.$ref.split('/').at(-1) ?? ''];
    if (named) yield* mistakes(api, named, value, at);
    else yield `${schema.$ref} is nowhere`;
  } else if (schema.oneOf) {
    const tried = schema.oneOf.map((one) => [...mistakes(api, one, value, at)]);
    if (tried.filter((found) => found.length === 0).length !== 1)
      yield `${at} is not one of: ${tried.flat().join('; ')}`;
  } else if (schema.enum) {
    if (!schema.enum.includes(value)) yield `${at} is ${JSON.stringify(value)}`;
  } else if (schema.type === 'array') {
    if (!Array.isArray(value)) yield `${at} is no list`;
    else for (const [index, item] of value.entries()) yield* mistakes(api, schema.items ?? {}, item, `${at}[${index}]`);
  } else if (schema.type === 'object') {
    yield* mistakesInObject(api, schema, value, at);
  } else if (schema.type !== undefined && schema.type !== (typeof value as string)) {
    yield `${at} is no ${schema.type}`;
  }
}

function* mistakesInObject(api: Description, schema: Schema, value: unknown, at: string): Generator<string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    yield `${at} is no object`;
    return;
  }
  const { properties = {}, required = [], additionalProperties } = schema;
  for (const name of required) if (!Object.hasOwn(value, name)) yield `${at} lacks ${name}`;
  for (const [name, one] of Object.entries(value)) {
    const described = properties[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : undefined);
    if (described) yield* mistakes(api, described, one, `${at}.${name}`);
    else yield `${at}.${name} is not described`;
  }
}

import type { Described, Hint, Route } from './route.js';

/** As much of an OpenAPI 3 document as is read here. */
export interface OpenApiDocument {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  components?: { schemas?: Record<string, Schema> };
}

interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  example?: unknown;
  examples?: unknown[];
  default?: unknown;
  enum?: unknown[];
  minimum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  allOf?: Schema[];
}

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  example?: unknown;
  schema?: Schema;
}

interface Operation {
  parameters?: Parameter[];
  requestBody?: { content?: Record<string, { schema?: Schema; example?: unknown }> };
}

const methods = new Set(['get', 'head', 'post', 'put', 'patch', 'delete', 'options']);

export const isOpenApi = (value: unknown): value is OpenApiDocument =>
  typeof value === 'object' && value !== null && 'openapi' in value && 'paths' in value;

export function openApiRoutes(document: OpenApiDocument): Route[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => methods.has(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        described: describe(document, operation as Operation, (item['parameters'] ?? []) as Parameter[]),
      })),
  );
}

function describe(
  document: OpenApiDocument,
  { parameters = [], requestBody }: Operation,
  shared: Parameter[],
): Described {
  const hints = (where: string) =>
    Object.fromEntries(
      [...shared, ...parameters]
        .filter((parameter) => parameter.in === where)
        .map(({ name, required = false, schema = {}, example }) => [
          name,
          hintOf(document, { ...schema, ...(example !== undefined && { example }) }, required),
        ]),
    );
  const content = requestBody?.content ?? {};
  const json = content['application/json'];
  return {
    path: hints('path'),
    query: hints('query'),
    contentTypes: Object.keys(content),
    ...(json?.schema && { body: propertiesOf(document, json.schema, json.example) }),
  };
}

function propertiesOf(document: OpenApiDocument, schema: Schema, example?: unknown): Record<string, Hint> {
  const { properties = {}, required = [] } = resolved(document, schema);
  const given = (example ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => {
      const hint = hintOf(document, property, required.includes(name));
      return [name, name in given ? { ...hint, example: given[name] } : hint];
    }),
  );
}

function hintOf(document: OpenApiDocument, schema: Schema, required: boolean): Hint {
  const { type, format, example, examples, default: byDefault, enum: allowed, minimum } = resolved(document, schema);
  const best = example ?? examples?.[0] ?? byDefault;
  const [first] = [type].flat();
  return {
    required,
    ...(first && { type: first }),
    ...(format && { format }),
    ...(best !== undefined && { example: best }),
    ...(allowed && { allowed }),
    ...(minimum !== undefined && { minimum }),
  };
}

function resolved(document: OpenApiDocument, schema: Schema, depth = 0): Schema {
  if (depth > 8) return {};
  const { $ref, allOf, ...own } = schema;
  const name = $ref?.replace('#/components/schemas/', '');
  const parts = [...(name ? [document.components?.schemas?.[name] ?? {}] : []), ...(allOf ?? [])];
  return parts
    .map((part) => resolved(document, part, depth + 1))
    .reduce<Schema>(
      (whole, part) => ({
        ...whole,
        ...part,
        properties: { ...whole.properties, ...part.properties },
        required: [...(whole.required ?? []), ...(part.required ?? [])],
      }),
      own,
    );
}

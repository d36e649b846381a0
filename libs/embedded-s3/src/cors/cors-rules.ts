import { S3Error } from '../errors/s3-error.js';
import { only, wholeNumber } from '../xml/elements.js';
import { readXml, type XmlElement } from '../xml/xml-reader.js';

export interface CorsRule {
  origins: string[];
  methods: string[];
  /** lower case */
  headers: string[];
  expose: string[];
  maxAge?: number;
}

export interface CrossOriginRequest {
  origin: string;
  method: string;
  /** of a preflight: what `Access-Control-Request-Headers` asks for */
  headers?: string;
}

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'];
const MAX_RULES = 100;

/** Source: S3 User Guide, "Elements of a CORS configuration". @throws S3Error MalformedXML, InvalidRequest */
export function parseCors(document: string): CorsRule[] {
  const rules = only(readXml(Buffer.from(document), 'CORSConfiguration'), 'CORSRule')
    .all('CORSRule')
    .map(readRule);
  if (rules.length === 0) throw new S3Error('MalformedXML');
  if (rules.length > MAX_RULES) throw new S3Error('InvalidRequest', `There may be at most ${MAX_RULES} rules.`);
  return rules;
}

function readRule(rule: XmlElement): CorsRule {
  only(rule, 'ID', 'AllowedOrigin', 'AllowedMethod', 'AllowedHeader', 'ExposeHeader', 'MaxAgeSeconds');
  const texts = (name: string): string[] => rule.all(name).map(({ text }) => text);
  const [origins, methods, headers, expose] = [
    texts('AllowedOrigin'),
    texts('AllowedMethod'),
    texts('AllowedHeader'),
    texts('ExposeHeader'),
  ];
  if (origins.length === 0 || methods.length === 0) throw new S3Error('MalformedXML');
  for (const method of methods) {
    if (!METHODS.includes(method))
      throw new S3Error(
        'InvalidRequest',
        `Found unsupported HTTP method in CORS config. Unsupported method is ${method}`,
      );
  }
  for (const [name, values] of [['AllowedOrigin', origins] as const, ['AllowedHeader', headers] as const]) {
    const wild = values.find((value) => value.split('*').length > 2);
    if (wild) throw new S3Error('InvalidRequest', `${name} "${wild}" can not have more than one wildcard.`);
  }
  const wild = expose.find((value) => value.includes('*'));
  if (wild) throw new S3Error('InvalidRequest', `ExposeHeader "${wild}" contains wildcard.`);
  const maxAge = wholeNumber(rule, 'MaxAgeSeconds', 0);
  return { origins, methods, headers: headers.map((name) => name.toLowerCase()), expose, maxAge };
}

/** The headers of the first rule that lets the request pass; undefined when none does. */
export function corsAnswer(
  rules: readonly CorsRule[],
  request: CrossOriginRequest,
): Record<string, string> | undefined {
  const asked = (request.headers ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean);
  for (const rule of rules) {
    const origin = rule.origins.find((written) => wildcard(written, request.origin));
    const allowed =
      origin !== undefined &&
      rule.methods.includes(request.method) &&
      asked.every((name) => rule.headers.some((written) => wildcard(written, name)));
    if (allowed) return headersOf(rule, origin === '*' ? '*' : request.origin, asked);
  }
  return undefined;
}

function headersOf(rule: CorsRule, origin: string, asked: string[]): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': rule.methods.join(', '),
    ...(origin !== '*' && { 'access-control-allow-credentials': 'true' }),
    ...(asked.length > 0 && { 'access-control-allow-headers': asked.join(', ') }),
    ...(rule.expose.length > 0 && { 'access-control-expose-headers': rule.expose.join(', ') }),
    ...(rule.maxAge !== undefined && { 'access-control-max-age': String(rule.maxAge) }),
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  };
}

/** Only `*` is a wildcard here. */
function wildcard(written: string, value: string): boolean {
  const [before, after] = written.split('*');
  if (after === undefined) return written === value;
  return value.length >= written.length - 1 && value.startsWith(before ?? '') && value.endsWith(after);
}

import { corsAnswer, parseCors } from './cors-rules.js';

const rule = (inner: string): string => `<CORSRule>${inner}</CORSRule>`;
const document = (...rules: string[]): string => `<CORSConfiguration>${rules.join('')}</CORSConfiguration>`;
const get = '<AllowedMethod>GET</AllowedMethod>';
const any = '<AllowedOrigin>*</AllowedOrigin>';
const rules = parseCors(
  document(
    rule(
      `<ID>web</ID><AllowedOrigin>https://app.example.com</AllowedOrigin><AllowedOrigin>https://*.test</AllowedOrigin>
       <AllowedMethod>PUT</AllowedMethod>${get}<AllowedHeader>Content-Type</AllowedHeader>
       <AllowedHeader>x-amz-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>300</MaxAgeSeconds>`,
    ),
    rule(any + get),
  ),
);

test('an allowed preflight', () => {
  const headers = 'Content-Type, x-amz-meta-a';
  expect(corsAnswer(rules, { origin: 'https://app.example.com', method: 'PUT', headers })).toEqual({
    'access-control-allow-origin': 'https://app.example.com',
    'access-control-allow-methods': 'PUT, GET',
    'access-control-allow-headers': 'content-type, x-amz-meta-a',
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'ETag',
    'access-control-max-age': '300',
    vary: 'Origin, Access-Control-Request-Headers, Access-Control-Request-Method',
  });
});

test('a rule for everyone names nobody', () => {
  expect(corsAnswer(rules, { origin: 'https://evil.example', method: 'GET' })).toMatchObject({
    'access-control-allow-origin': '*',
  });
});

test.each([
  [true, 'https://a.test', 'PUT', ''],
  [true, 'https://a.test', 'PUT', 'x-amz-acl'],
  [false, 'https://a.test', 'DELETE', ''],
  [false, 'https://a.test.evil', 'PUT', ''],
  [false, 'http://app.example.com', 'PUT', ''],
  [false, 'https://app.example.com:444', 'PUT', ''],
  [false, 'https://app.example.com', 'PUT', 'authorization'],
  [false, 'https://app.example.com', 'PUT', 'content-type,authorization'],
  [false, 'https://other.example', 'GET', 'content-type'],
])('allowed %s: %s %s %s', (allowed, origin, method, headers) => {
  expect(corsAnswer(rules, { origin, method, headers }) !== undefined).toBe(allowed);
});

test.each([
  ['MalformedXML', '<CORSConfiguration/>'],
  ['MalformedXML', document(rule(get))],
  ['MalformedXML', document(rule(any))],
  ['MalformedXML', document(rule(`${any}${get}<Extra/>`))],
  ['MalformedXML', document(rule(`${any}${get}<MaxAgeSeconds>long</MaxAgeSeconds>`))],
  ['MalformedXML', '<Cors/>'],
  ['InvalidRequest', document(rule(`${any}<AllowedMethod>OPTIONS</AllowedMethod>`))],
  ['InvalidRequest', document(rule(`${get}<AllowedOrigin>https://*.*.test</AllowedOrigin>`))],
  ['InvalidRequest', document(rule(`${any}${get}<AllowedHeader>**</AllowedHeader>`))],
  ['InvalidRequest', document(rule(`${any}${get}<ExposeHeader>x-*</ExposeHeader>`))],
  ['InvalidRequest', document(...Array<string>(101).fill(rule(any + get)))],
])('%s: %s', (code, text) => {
  expect(() => parseCors(text)).toThrow(expect.objectContaining({ code }));
});

import type { Person } from '../options.js';
import type { Sent } from '../wire.js';

const printable = /^[\t\n\r\x20-\x7e]*$/;

/** A line for a shell that sends the same, with every secret in a variable. */
export function curlOf({ method, url, headers, body }: Sent, people: readonly Person[]): string {
  const secrets = secretsOf(people);
  const quoted = (text: string) => `"${withVariables(escaped(text), secrets)}"`;
  const parts = ['curl -i --path-as-is', method === 'HEAD' ? '--head' : `-X ${method}`];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body) {
    const text = body.toString('latin1');
    parts.push(printable.test(text) && text.length < 2_000 ? `--data-raw ${quoted(text)}` : '--data-binary @"$FILE"');
  }
  return [...parts, quoted(url)].join(' ');
}

/** For what stands in double quotes. */
const escaped = (text: string) => text.replace(/(["\\`$])/g, '\\$1');

/** The longest first: one may be the beginning of another. */
function secretsOf(people: readonly Person[]): [secret: string, variable: string][] {
  return people
    .flatMap(({ name, organisation }): [string, string][] => {
      const owner = name.toUpperCase().replace(/\W+/g, '_');
      const headers = Object.values(organisation?.headers ?? {});
      return [
        ...(organisation?.token ? [[organisation.token, `$TOKEN_${owner}`] as [string, string]] : []),
        ...headers.map((value): [string, string] => [value, `$HEADER_${owner}`]),
      ];
    })
    .toSorted(([a], [b]) => b.length - a.length);
}

function withVariables(text: string, secrets: readonly [string, string][]): string {
  return secrets
    .reduce((safe, [secret, variable]) => safe.replaceAll(escaped(secret), variable), text)
    .replace(/((?:X-Amz-)?(?:Signature|Security-Token|Credential)=)[^&\s"]+/gi, '$1$SIGNED')
    .replace(/eyJ[\w-]+\.[\w-]*\.[\w.-]*/g, '$FORGED_OR_TICKET')
    .replace(/(\\"(?:token|ticket|secret)\\":\\")[^"$\\]{16,}/gi, '$1$TICKET_OF_A');
}

import { StorageError } from '../storage.error.js';

/**
 * `127.0.0.1:3310`, `[::1]:3310`, `clamd`, or the path of a Unix socket, as one line of configuration has it.
 *
 * @throws {StorageError} `misconfigured`
 */
export function clamdAt(where: string): { socket: string } | { host: string; port: number } {
  if (where.startsWith('/')) return { socket: where };
  const [, six, four, port = '3310'] = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(where) ?? [];
  const host = six ?? four;
  if (host !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return { host, port: Number(port) };
  throw new StorageError('misconfigured', 'Where clamd listens is host:port, or the path of its socket.');
}

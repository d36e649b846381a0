import type { Credentials, EmbeddedRole, EmbeddedS3Options, EmbeddedUser } from '../options.js';

type Fields = Readonly<Record<string, unknown>>;
/** Reads a value; `where` is its place in the file, for the error. */
type Read<T> = (value: unknown, where: string) => T;

/**
 * What a configuration file says, checked to the last name: a misspelt `policy` would make a user almighty.
 * Policies themselves are checked when the server starts.
 * @throws Error that names the place
 */
export function readConfig(value: unknown): EmbeddedS3Options {
  const config = fields(value, '', ['region', 'buckets', 'credentials', 'users', 'roles']);
  return {
    ...optional(config, 'region', '', text),
    ...optional(config, 'buckets', '', listOf(text)),
    ...optional(config, 'credentials', '', readCredentials),
    ...optional(config, 'users', '', listOf(readUser)),
    ...optional(config, 'roles', '', listOf(readRole)),
  };
}

const readCredentials: Read<Credentials> = (value, where) =>
  keys(fields(value, where, ['accessKeyId', 'secretAccessKey']), where);

const readUser: Read<EmbeddedUser> = (value, where) => {
  const user = fields(value, where, ['name', 'accessKeyId', 'secretAccessKey', 'tags', 'policy']);
  return {
    name: text(user['name'], `${where}.name`),
    ...keys(user, where),
    ...optional(user, 'tags', where, texts),
    ...optional(user, 'policy', where, object),
  };
};

const readRole: Read<EmbeddedRole> = (value, where) => {
  const role = fields(value, where, ['name', 'policy', 'tags', 'trust']);
  return {
    name: text(role['name'], `${where}.name`),
    policy: object(role['policy'], `${where}.policy`),
    ...optional(role, 'tags', where, texts),
    ...optional(role, 'trust', where, listOf(text)),
  };
};

const keys = (from: Fields, where: string): Credentials => ({
  accessKeyId: text(from['accessKeyId'], `${where}.accessKeyId`),
  secretAccessKey: text(from['secretAccessKey'], `${where}.secretAccessKey`),
});

function optional<Name extends string, T>(
  from: Fields,
  name: Name,
  where: string,
  read: Read<T>,
): Partial<Record<Name, T>> {
  if (from[name] === undefined) return {};
  const record: Partial<Record<Name, T>> = {};
  record[name] = read(from[name], where === '' ? name : `${where}.${name}`);
  return record;
}

const text: Read<string> = (value, where) => {
  if (typeof value !== 'string' || value === '') throw new Error(`${where} must be text.`);
  return value;
};

const object: Read<Fields> = (value, where) => {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Error(`${where || 'the file'} must be an object.`);
};

const texts: Read<Readonly<Record<string, string>>> = (value, where) =>
  Object.fromEntries(Object.entries(object(value, where)).map(([name, one]) => [name, text(one, `${where}.${name}`)]));

const listOf =
  <T>(read: Read<T>): Read<T[]> =>
  (value, where) => {
    if (!Array.isArray(value)) throw new Error(`${where} must be a list.`);
    return value.map((one, i) => read(one, `${where}[${i}]`));
  };

function fields(value: unknown, where: string, known: readonly string[]): Fields {
  const record = object(value, where);
  const unknown = Object.keys(record).filter((name) => !known.includes(name));
  if (unknown.length === 0) return record;
  throw new Error(`${where || 'the file'} has ${known.join(', ')}; not ${unknown.join(', ')}.`);
}

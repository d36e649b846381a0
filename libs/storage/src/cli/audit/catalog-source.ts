import { Catalog } from '../../catalog/catalog.js';
import { connect } from '../../catalog/connect.js';
import { columnTypes, type ColumnType, type OwnColumns } from '../../catalog/schema/columns.js';
import type { Arguments } from '../arguments.js';
import { UsageError } from '../io.js';

/** The catalog that `--database-url` leads to, as the application's role. */
export async function openCatalog(args: Arguments) {
  const { database, close } = await connect(args.required('database-url'), { setting: args.text('setting') });
  const columns: OwnColumns = Object.fromEntries(
    Object.entries(columnsOf(args)).map(([name, type]) => [name, { type, of: () => undefined }]),
  );
  try {
    return { catalog: await Catalog.open({ database, schema: args.text('schema'), columns }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

export function columnsOf(args: Arguments): Record<string, ColumnType> {
  return Object.fromEntries(
    args.list('column').map((given) => {
      const [name = '', type = ''] = given.split(':');
      const known = columnTypes.find((each) => each === type);
      if (!known) throw new UsageError(`--column is NAME:TYPE, with a type of ${columnTypes.join(', ')}.`);
      return [name, known];
    }),
  );
}

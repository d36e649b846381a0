import { withApp, type App, type Bench } from '../bench.js';
import type { UploadLoad } from '../load/uploads.js';
import { inTurns } from '../repeat.js';
import { ratioRow, type Row } from '../row.js';

const MiB = 2 ** 20;
const target = { atLeast: 1.2 };

interface Kind {
  id: string;
  what: string;
  size: number;
  files: number;
  concurrency: number;
  repetitions: number;
}

/** The same files through the module and through multer-s3, in one application. */
export async function uploadRows(bench: Bench): Promise<Row[]> {
  const kinds: Kind[] = [
    {
      id: 'upload-large',
      what: '250 MiB',
      size: 250 * MiB,
      files: 1,
      concurrency: 1,
      repetitions: bench.quick ? 2 : 6,
    },
    {
      id: 'upload-small',
      what: '1,000 files of 200 KB, 8 at once',
      size: 200_000,
      files: bench.quick ? 200 : 1000,
      concurrency: 8,
      repetitions: bench.quick ? 2 : 6,
    },
  ];
  const rows: Row[] = [];
  for (const kind of kinds) rows.push(...(await withApp(bench, (app) => uploadsOf(bench, app, kind))));
  return rows;
}

async function uploadsOf(bench: Bench, { port, authorization }: App, kind: Kind): Promise<Row[]> {
  const { size, files, concurrency } = kind;
  const upload = (way: Pick<UploadLoad, 'as' | 'path'>) => async () => {
    await bench.empty();
    const load = { port, authorization, ...way, name: 'file', size, files, concurrency } satisfies UploadLoad;
    return bench.load.call<number>('uploads', load);
  };
  const ms = await inTurns(kind.repetitions, {
    raw: upload({ as: 'raw', path: '/files/{name}' }),
    multer: upload({ as: 'form', path: '/bare/multer' }),
    form: upload({ as: 'form', path: '/files' }),
    tuned: upload({ as: 'form', path: '/bare/multer-tuned' }),
  });
  await bench.empty();
  const raw = { name: 'module, raw PUT, ms', values: ms.raw };
  const form = { name: 'module, form, ms', values: ms.form };
  const multer = { name: 'multer-s3, ms', values: ms.multer };
  const tuned = { name: 'multer-s3, client set up like ours, ms', values: ms.tuned };
  const { id, what } = kind;
  return [
    ratioRow({ id, what: `Upload, ${what}: raw PUT against multer-s3`, target }, multer, raw),
    ratioRow(
      { id: `${id}-tuned`, what: `Upload, ${what}: raw PUT against multer-s3 with our client settings` },
      tuned,
      raw,
    ),
    ratioRow({ id: `${id}-form`, what: `Upload, ${what}: form against multer-s3` }, multer, form),
    ratioRow(
      { id: `${id}-form-tuned`, what: `Upload, ${what}: form against multer-s3 with our client settings` },
      tuned,
      form,
    ),
  ];
}

/** 250 MiB out of the store through the application. */
export async function downloadRows(bench: Bench): Promise<Row[]> {
  const size = 250 * MiB;
  const ms = await withApp(bench, async ({ port, authorization }) => {
    const load: UploadLoad = {
      port,
      authorization,
      as: 'raw',
      path: '/files/{name}',
      name: 'file',
      size,
      files: 1,
      concurrency: 1,
    };
    await bench.load.call('uploads', load);
    const download = (path: string) => () => bench.load.call<number>('downloads', { port, authorization, path, size });
    return inTurns(bench.quick ? 3 : 9, {
      bare: download('/bare/file-0.pdf/content'),
      module: download('/files/file-0.pdf/content'),
    });
  });
  await bench.empty();
  return [
    ratioRow(
      {
        id: 'download',
        what: 'Download, 250 MiB: read and sendFile against piping the SDK body',
        target: { atLeast: 0.9 },
      },
      { name: 'bare, ms', values: ms.bare },
      { name: 'module, ms', values: ms.module },
    ),
  ];
}

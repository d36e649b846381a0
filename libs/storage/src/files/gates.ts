import { Logger } from '@nestjs/common';
import type { OrgId } from '../keys/org-id.js';
import { StorageError } from '../storage.error.js';
import type { AccessSubject, FileGate, FileSubject, Inspection, UploadEnding, UploadSubject } from './gate.js';

/** How the bucket shows that an upload ended; undefined where it may still be under way. */
export type ReadEnding = (upload: UploadSubject) => Promise<UploadEnding | undefined>;

/** All gates as one, in their order. Whatever goes wrong in one refuses. */
export class Gates {
  readonly #logger = new Logger('FileGate');

  constructor(private readonly gates: readonly FileGate[]) {}

  /** Whether there are any: what only a gate needs is not made for nobody. */
  get areAny(): boolean {
    return this.gates.length > 0;
  }

  /** Gates that admitted are told when a later one refuses. */
  async admit(upload: UploadSubject): Promise<void> {
    const admitted: FileGate[] = [];
    for (const gate of this.gates) {
      try {
        await ask(gate, () => gate.admit?.(upload));
        admitted.push(gate);
      } catch (error) {
        await this.#tell(admitted, upload, endingOf(error));
        throw error;
      }
    }
  }

  /** What has to be shown the bytes; undefined where nobody has to see them. */
  async inspect(upload: UploadSubject): Promise<Inspection | undefined> {
    const looks: { gate: FileGate; look: Inspection }[] = [];
    const abort = () => {
      for (const { look } of looks) look.abort();
    };
    try {
      for (const gate of this.gates) {
        const look = await ask(gate, () => gate.inspect?.(upload));
        if (look) looks.push({ gate, look });
      }
    } catch (error) {
      abort();
      throw error;
    }
    if (looks.length === 0) return undefined;
    return {
      metadata: Object.assign({}, ...looks.map(({ look }) => look.metadata)) as Record<string, string>,
      write: async (chunk) =>
        void (await Promise.all(looks.map(({ gate, look }) => ask(gate, () => look.write(chunk))))),
      verdict: async () => void (await Promise.all(looks.map(({ gate, look }) => ask(gate, () => look.verdict())))),
      abort,
    };
  }

  async beforeAccess(access: AccessSubject): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.beforeAccess?.(access));
  }

  async beforeRemoval(file: FileSubject): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.beforeRemoval?.(file));
  }

  async ended(upload: UploadSubject, ending: UploadEnding): Promise<void> {
    await this.#tell(this.gates, upload, ending);
  }

  /** Tells each gate what it was never told, as the bucket shows it. */
  async settle(org: OrgId, read: ReadEnding): Promise<void> {
    for (const gate of this.gates) {
      if (!gate.unsettled) continue;
      for (const upload of await ask(gate, () => gate.unsettled?.(org) ?? [])) {
        const ending = await read(upload);
        if (ending) await this.#tell([gate], upload, ending);
      }
    }
  }

  async #tell(gates: readonly FileGate[], upload: UploadSubject, ending: UploadEnding): Promise<void> {
    for (const gate of gates) {
      try {
        await gate.ended?.(upload, ending);
      } catch (error) {
        this.#logger.error(`${gate.name} failed when it was told how an upload ended`, stackOf(error));
      }
    }
  }
}

/** How an upload ended that ended in this error. */
export const endingOf = (error: unknown): UploadEnding =>
  error instanceof StorageError && error.code !== 'cancelled'
    ? { outcome: 'refused', code: error.code }
    : { outcome: 'abandoned' };

async function ask<T>(gate: FileGate, question: () => T | Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof StorageError) throw error;
    throw new StorageError('check_unavailable', `The check ${gate.name} failed. Try again later.`, { cause: error });
  }
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : 'no error');

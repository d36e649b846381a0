import { Logger } from '@nestjs/common';
import type { OrgId } from '../../keys/org-id.js';
import { StorageError } from '../../storage.error.js';
import type { Telemetry } from '../../telemetry/telemetry.js';
import { ask, show, stackOf, together } from '../ask-gate.js';
import type {
  AccessSubject,
  Examined,
  FileGate,
  GivenFile,
  Inspection,
  RefusedSubject,
  RemovalSubject,
  SentObject,
  UploadEnding,
  UploadSubject,
} from './gate.js';

/** How the bucket shows that an upload ended; undefined where it may still be under way. */
export type ReadEnding = (upload: UploadSubject) => Promise<UploadEnding | undefined>;

/** All gates as one, in their order. Whatever goes wrong in one refuses. */
export class Gates {
  readonly #logger = new Logger('FileGate');

  constructor(
    private readonly gates: readonly FileGate[],
    private readonly telemetry?: Telemetry,
  ) {}

  /** Whether there are any: what only a gate needs is not made for nobody. */
  get areAny(): boolean {
    return this.gates.length > 0;
  }

  async start(): Promise<void> {
    for (const gate of this.gates) await gate.start?.();
  }

  /** Gates that admitted are told when a later one refuses. */
  async admit(upload: UploadSubject): Promise<void> {
    await this.#admitted(this.gates, upload, (gate) => gate.admit?.(upload));
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
        if (look) looks.push({ gate, look: this.#watched(gate, upload, look) });
      }
    } catch (error) {
      abort();
      throw error;
    }
    // What was sent directly is put in place later.
    const isWritten = !upload.direct && this.gates.some(({ beforeWrite }) => beforeWrite !== undefined);
    if (looks.length === 0 && !isWritten) return undefined;
    return {
      metadata: Object.assign({}, ...looks.map(({ look }) => look.metadata)) as Record<string, string>,
      write: (chunk) => together(looks.map(({ gate, look }) => show(gate, look, chunk))),
      verdict: async () => {
        await Promise.all(looks.map(({ gate, look }) => ask(gate, () => look.verdict())));
        if (isWritten) await this.beforeWrite(upload);
      },
      abort,
    };
  }

  /** What a scanner takes is told by OpenTelemetry. */
  #watched(gate: FileGate, { org, purpose, direct }: UploadSubject, look: Inspection): Inspection {
    return gate.name.startsWith('scanner ') ? (this.telemetry?.scan({ org, purpose, direct }, look) ?? look) : look;
  }

  /** Whether what is sent has to lie in the bucket before it is looked at. */
  get areOutside(): boolean {
    return this.gates.some(({ examine }) => examine !== undefined);
  }

  /** The version that all of them found good; undefined where none looks. */
  async examine(upload: UploadSubject, sent: SentObject): Promise<Examined | undefined> {
    let agreed: Examined | undefined;
    for (const gate of this.gates) {
      if (!gate.examine) continue;
      const { version, metadata } = await ask(gate, () => gate.examine!(upload, sent));
      if (agreed && agreed.version !== version) {
        throw new StorageError('check_unavailable', 'What was sent changed meanwhile. Try again later.');
      }
      agreed = { version, metadata: { ...agreed?.metadata, ...metadata } };
    }
    return agreed;
  }

  async beforeAccess(access: AccessSubject): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.beforeAccess?.(access));
  }

  async beforeWrite(upload: UploadSubject): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.beforeWrite?.(upload));
  }

  async beforeStep(upload: UploadSubject): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.beforeStep?.(upload));
  }

  async beforeRestore(file: RemovalSubject): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.beforeRestore?.(file));
  }

  /** Whether anybody has to know what comes back. */
  get areToldOfRestoring(): boolean {
    return this.gates.some(({ restoring }) => restoring !== undefined);
  }

  /** Gives a way to tell those that were asked how it ended. */
  async restoring(file: UploadSubject): Promise<(ending: UploadEnding) => Promise<void>> {
    const asked = this.gates.filter(({ restoring }) => restoring !== undefined);
    const admitted = await this.#admitted(asked, file, (gate) => gate.restoring?.(file));
    return (ending) => this.#tell(admitted, file, ending);
  }

  async erased(org: OrgId, folders: readonly string[], left: readonly string[]): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.erased?.(org, folders, left));
  }

  async beforeHandover(access: AccessSubject, files: readonly GivenFile[]): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.beforeHandover?.(access, files));
  }

  async beforeRemoval(file: RemovalSubject): Promise<void> {
    for (const gate of this.gates) await ask(gate, () => gate.beforeRemoval?.(file));
  }

  async removed(file: RemovalSubject): Promise<void> {
    for (const gate of this.gates) await this.#untilTold(gate, () => gate.removed?.(file), 'that a file was removed');
  }

  async refused(subject: RefusedSubject): Promise<void> {
    for (const gate of this.gates) await this.#untilTold(gate, () => gate.refused?.(subject), 'what was refused');
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

  async #admitted(asked: readonly FileGate[], subject: UploadSubject, question: (gate: FileGate) => unknown) {
    const admitted: FileGate[] = [];
    for (const gate of asked) {
      try {
        await ask(gate, () => question(gate));
        admitted.push(gate);
      } catch (error) {
        await this.#tell(admitted, subject, endingOf(error));
        throw error;
      }
    }
    return admitted;
  }

  async #tell(gates: readonly FileGate[], upload: UploadSubject, ending: UploadEnding): Promise<void> {
    for (const gate of gates) {
      await this.#untilTold(gate, () => gate.ended?.(upload, ending), 'how an upload ended');
    }
  }

  async #untilTold(gate: FileGate, tell: () => unknown, what: string): Promise<void> {
    try {
      await tell();
    } catch (error) {
      this.#logger.error(`${gate.name} failed when it was told ${what}`, stackOf(error));
    }
  }
}

/** How an upload ended that ended in this error. */
export const endingOf = (error: unknown): UploadEnding =>
  error instanceof StorageError && error.code !== 'cancelled'
    ? { outcome: 'refused', code: error.code }
    : { outcome: 'abandoned' };

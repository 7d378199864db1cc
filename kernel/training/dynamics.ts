/**
 * Training dynamics per row: the margin between the label's logit and the greatest other logit, averaged over the
 * visits (area under the margin; Pleiss et al. 2020), and how often a correctly predicted row was wrong at the next
 * visit (forgetting; Toneva et al. 2019). It takes twelve bytes a row, however many epochs. It is stored with each
 * checkpoint, so that a resumed run continues the exact counts.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { makePrivateFolder, writePrivateFileAsync } from "../fetch/private.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";
import type { RunFolder } from "../runs/run-folder.js";
import { toRunFolderError } from "../runs/folder-errors.js";
import type { RowLogits } from "./loop/step-source.js";

export interface RowDynamics {
  readonly visits: number;
  /** Mean of the margins; NaN if the row was never visited. */
  readonly margin: number;
  readonly forgotten: number;
}

/** Marks a row whose last prediction was correct. */
const RIGHT = 0x8000;
const MAGIC = 0x31_4d_55_41;

export class TrainingDynamics {
  private constructor(
    private readonly sums: Float64Array,
    private readonly visits: Uint16Array,
    /** How often each row was forgotten; the highest bit: its last prediction was correct. */
    private readonly forgotten: Uint16Array,
  ) {}

  static create(rows: number): TrainingDynamics {
    return new TrainingDynamics(new Float64Array(rows), new Uint16Array(rows), new Uint16Array(rows));
  }

  get rows(): number {
    return this.sums.length;
  }

  /** @param truth label index of every row */
  see({ rows, logits }: RowLogits, truth: Int32Array): void {
    // The bytes may start at any offset in the message, but a Float32Array must start at a multiple of four.
    const values = new Float32Array(logits.bytes.slice().buffer);
    const count = values.length / rows.length;
    rows.forEach((row, index) => {
      const trueLogit = values[index * count + truth[row]!]!;
      let other = -Infinity;
      for (let label = 0; label < count; label++)
        if (label !== truth[row]) other = Math.max(other, values[index * count + label]!);
      this.add(row, trueLogit - other);
    });
  }

  private add(row: number, margin: number): void {
    this.sums[row]! += margin;
    if (this.visits[row]! < 0xffff) this.visits[row]!++;
    const before = this.forgotten[row]!;
    const times = before & ~RIGHT;
    if (margin > 0) this.forgotten[row] = times | RIGHT;
    else this.forgotten[row] = before & RIGHT ? Math.min(times + 1, RIGHT - 1) : times;
  }

  row(row: number): RowDynamics {
    const visits = this.visits[row]!;
    return { visits, margin: this.sums[row]! / visits, forgotten: this.forgotten[row]! & ~RIGHT };
  }

  bytes(): Buffer {
    const head = Uint32Array.of(MAGIC, this.rows);
    const parts = [head, this.sums, this.visits, this.forgotten];
    return deflateSync(Buffer.concat(parts.map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))), {
      level: 1,
    });
  }

  /** Returns null if the bytes are not training dynamics. */
  static from(bytes: Uint8Array): TrainingDynamics | null {
    const whole = inflated(bytes);
    if (!whole || whole.byteLength < 8) return null;
    const buffer = whole.buffer.slice(whole.byteOffset, whole.byteOffset + whole.byteLength);
    const [magic, rows = 0] = new Uint32Array(buffer, 0, 2);
    if (magic !== MAGIC || buffer.byteLength !== 8 + 12 * rows) return null;
    return new TrainingDynamics(
      new Float64Array(buffer, 8, rows),
      new Uint16Array(buffer, 8 + 8 * rows, rows),
      new Uint16Array(buffer, 8 + 10 * rows, rows),
    );
  }
}

/** Maximum size in bytes: 20 million rows. */
const MOST = 2 ** 28;

function inflated(bytes: Uint8Array): Buffer | null {
  try {
    return inflateSync(bytes, { maxOutputLength: MOST });
  } catch {
    return null; // damaged: treated as missing
  }
}

const folderOf = (run: RunFolder): string => join(run.path, "dynamics");
const fileOf = (run: RunFolder, step: number): string => join(folderOf(run), `step-${String(step).padStart(6, "0")}.z`);

/**
 * Stores the dynamics of a checkpoint's step, before the checkpoint itself: no checkpoint lacks the dynamics of its
 * steps.
 */
export async function saveDynamics(run: RunFolder, step: number, dynamics: TrainingDynamics): Promise<void> {
  const file = fileOf(run, step);
  try {
    makePrivateFolder(folderOf(run));
    await writePrivateFileAsync(file, dynamics.bytes());
  } catch (error) {
    throw toRunFolderError(error, file);
  }
}

function bytesOf(file: string): Buffer | null {
  try {
    return readWholeFile(file, MOST);
  } catch (error) {
    if (error instanceof FileNotRead) return null;
    throw error;
  }
}

/** Returns null if the file is missing, damaged, or of other rows. */
export function loadDynamics(run: RunFolder, step: number, rows?: number): TrainingDynamics | null {
  const file = fileOf(run, step);
  const bytes = bytesOf(file);
  const found = bytes && TrainingDynamics.from(bytes);
  return found && (rows === undefined || found.rows === rows) ? found : null;
}

export function deleteOldDynamics(run: RunFolder, keepSteps: readonly number[]): void {
  const folder = folderOf(run);
  if (!existsSync(folder)) return;
  const keep = new Set(keepSteps.map((step) => fileOf(run, step)));
  for (const name of readdirSync(folder))
    if (!keep.has(join(folder, name))) rmSync(join(folder, name), { force: true });
}

/**
 * What a training saw of each row that it learnt: how far the label's logit lay above the greatest other one, on average over
 * the visits (area under the margin; Pleiss et al. 2020), and how often a row that was right at one visit was wrong at the
 * next (forgetting; Toneva et al. 2019). Twelve bytes a row, whatever the epochs; written beside each checkpoint, so that a
 * run that goes on counts on exactly.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { makePrivateFolder, writePrivateAsync } from "../fetch/private.js";
import { FileNotRead, readWholeFile } from "../fetch/regular.js";
import type { RunFolder } from "../runs/run-folder.js";
import { toRunFolderError } from "../runs/folder-errors.js";
import type { RowLogits } from "./loop/step-source.js";

export interface RowDynamics {
  readonly visits: number;
  /** Mean of the margins; NaN where it was never visited. */
  readonly margin: number;
  readonly forgotten: number;
}

/** A row that was right when it was seen last. */
const RIGHT = 0x8000;
const MAGIC = 0x31_4d_55_41;

export class TrainingDynamics {
  private constructor(
    private readonly sums: Float64Array,
    private readonly visits: Uint16Array,
    /** How often forgotten; the highest bit: right when last seen. */
    private readonly forgotten: Uint16Array,
  ) {}

  static create(rows: number): TrainingDynamics {
    return new TrainingDynamics(new Float64Array(rows), new Uint16Array(rows), new Uint16Array(rows));
  }

  get rows(): number {
    return this.sums.length;
  }

  /** `truth`: of every row the number of its label. */
  see({ rows, logits }: RowLogits, truth: Int32Array): void {
    // They come off the wire at any place, and floats begin at a multiple of four.
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

  /** Null: they are of something else. */
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

/** Bytes of 20 million rows. */
const MOST = 2 ** 28;

function inflated(bytes: Uint8Array): Buffer | null {
  try {
    return inflateSync(bytes, { maxOutputLength: MOST });
  } catch {
    return null; // damaged: as if there were none
  }
}

const folderOf = (run: RunFolder): string => join(run.path, "dynamics");
const fileOf = (run: RunFolder, step: number): string => join(folderOf(run), `step-${String(step).padStart(6, "0")}.z`);

/** Of the checkpoint of that step, before it: a checkpoint never lacks what its steps saw. */
export async function saveDynamics(run: RunFolder, step: number, dynamics: TrainingDynamics): Promise<void> {
  const file = fileOf(run, step);
  try {
    makePrivateFolder(folderOf(run));
    await writePrivateAsync(file, dynamics.bytes());
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

/** Null: the file is missing or damaged, or it is of other rows. */
export function loadDynamics(run: RunFolder, step: number, rows?: number): TrainingDynamics | null {
  const file = fileOf(run, step);
  const bytes = bytesOf(file);
  const found = bytes && TrainingDynamics.from(bytes);
  return found && (rows === undefined || found.rows === rows) ? found : null;
}

export function pruneDynamics(run: RunFolder, keepSteps: readonly number[]): void {
  const folder = folderOf(run);
  if (!existsSync(folder)) return;
  const keep = new Set(keepSteps.map((step) => fileOf(run, step)));
  for (const name of readdirSync(folder))
    if (!keep.has(join(folder, name))) rmSync(join(folder, name), { force: true });
}

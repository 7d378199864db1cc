/**
 * The inputs of each update of a private training. Every row of the data takes part in an update independently with
 * probability `rate`, so an update may have any number of rows, including none. They are fed in parts of at most a
 * batch. Nothing follows from a seed: an update that is requested again has other rows.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { PrivacyPlan } from "#dsl/compiler/plan/plan.js";
import type { Program } from "#dsl/tensor/program.js";
import { float32NDArray } from "#stdlib/tasks/shared/feeds.js";
import { NOISE_INPUT_PREFIX } from "#stdlib/programs/private.js";
import type { DataLoader, TrainingUpdate } from "../../data/rows/loader.js";
import { scalarF32 } from "../../engines/feeds.js";
import { secureNormal, poissonSample, UniformGenerator } from "./secret.js";
import { TokenWindows } from "../../data/sequences/windows.js";
import type { EncodedRows } from "../../data/encoding/encoded.js";

export interface PrivateUpdatesOptions {
  readonly loader: Pick<DataLoader, "drawn" | "losses" | "lengthOf">;
  readonly units: PrivacyUnits;
  readonly privacy: Pick<PrivacyPlan, "clip" | "noise" | "rate">;
  /** Maximum rows per part. */
  readonly batchSize: number;
  /** Whether the engine computes per-example gradients of a batch; otherwise each row is a separate part. */
  readonly apart: boolean;
  /** The program whose inputs receive noise. */
  readonly apply: Pick<Program, "inputs">;
  /** Defaults to the operating system's generator. */
  readonly uniform?: UniformGenerator;
}

interface Part {
  readonly program: "accumulate" | "alone";
  readonly rows: Uint32Array;
  /** Number of the update's rows before this part. */
  readonly place: number;
}

export class PrivateUpdates {
  private readonly uniform: UniformGenerator;
  private readonly noisy: readonly (readonly [name: string, shape: readonly number[]])[];

  constructor(private readonly options: PrivateUpdatesOptions) {
    this.uniform = options.uniform ?? new UniformGenerator();
    this.noisy = Object.entries(options.apply.inputs)
      .filter(([name]) => name.startsWith(NOISE_INPUT_PREFIX))
      .map(([name, { type }]) => [name, type.shape as readonly number[]]);
  }

  /** Returns the update of step `step` (from 1), with new random rows at every call. */
  update(step: number): TrainingUpdate {
    return this.updateFor(step, poissonSample(this.options.units.count, this.options.privacy.rate, this.uniform));
  }

  /** Returns an update of units that were drawn by the caller. */
  updateFor(step: number, drawn: Uint32Array): TrainingUpdate {
    const { loader, units, privacy } = this.options;
    // An epoch has as many updates as with fixed batches.
    const epoch = Math.floor((step - 1) / Math.ceil(1 / Math.max(privacy.rate, Number.MIN_VALUE) - 1e-9));
    const parts = this.parts(Array.from(drawn, (unit) => units.rows(unit)).filter((rows) => rows.length > 0));
    const losses = parts.map(({ rows }) => Array.from(rows, (row) => loader.losses(row, epoch)));
    const counts = losses.flat().reduce((a, b) => a + b, 0);
    const scale = scalarF32(counts > 0 ? 1 / counts : 0);
    const tokens = parts.map(({ rows }) => rows.reduce((sum, row) => sum + loader.lengthOf(row), 0));
    return {
      epoch,
      parts: parts.length,
      counts,
      tokens: tokens.reduce((a, b) => a + b, 0),
      programOf: (i) => mustExist(parts[i], "a part").program,
      part: (i) => {
        const { program, rows, place } = mustExist(parts[i], "a part");
        const each = mustExist(losses[i], "the losses of a part");
        const made = loader.drawn(rows, { epoch, step, place });
        const sum = each.reduce((a, b) => a + b, 0);
        const inverse = (n: number): number => (n > 0 ? 1 / n : 0);
        const share =
          program === "alone"
            ? scalarF32(inverse(sum))
            : float32NDArray(Float32Array.from(each, inverse), [each.length]);
        return { ...made, feeds: { ...made.feeds, share, told: scale }, counts: sum };
      },
      apply: () => ({ ...this.noise(), mean: scalarF32(1 / Math.max(privacy.rate * units.count, Number.MIN_VALUE)) }),
    };
  }

  /** Draws new noise at every call. */
  private noise() {
    const { clip, noise } = this.options.privacy;
    return Object.fromEntries(
      this.noisy.map(([name, shape]) => [name, secureNormal(shape, noise * clip, this.uniform)]),
    );
  }

  /** Groups rows of similar length in batches of similar size; a unit with several rows is a separate part. */
  private parts(drawn: readonly Uint32Array[]): readonly Part[] {
    const { apart, batchSize, loader } = this.options;
    const single = (rows: Uint32Array): boolean => apart && rows.length === 1;
    const together = drawn.filter(single).map((rows) => mustExist(rows[0], "a row"));
    together.sort((a, b) => loader.lengthOf(b) - loader.lengthOf(a));
    const batches = Math.ceil(together.length / batchSize);
    const cut = (i: number): number => Math.floor((i * together.length) / batches);
    const all = [
      ...Array.from({ length: batches }, (_, i) => ({
        program: "accumulate" as const,
        rows: Uint32Array.from(together.slice(cut(i), cut(i + 1))),
      })),
      ...drawn.filter((rows) => !single(rows)).map((rows) => ({ program: "alone" as const, rows })),
    ];
    let place = 0;
    return all.map((part) => {
      const placed = { ...part, place };
      place += part.rows.length;
      return placed;
    });
  }
}

/**
 * Maps training rows to privacy units: a unit is a row of the data, from which several training rows may have been
 * made.
 */
export interface PrivacyUnits {
  readonly count: number;
  /** Returns the training rows of a unit; there may be none (a text in which no token follows another). */
  rows(unit: number): Uint32Array;
  /** Whether some units have more than one row. */
  readonly several: boolean;
}

export function privacyUnitsOf({
  ids,
  lengths,
  count,
  taskInputs: request,
}: Pick<EncodedRows, "ids" | "lengths" | "count" | "taskInputs">): PrivacyUnits {
  const { window } = request;
  const textOfRow =
    ids instanceof TokenWindows ? ids.texts : window && lengths.map((_, row) => window(row).questionIndex);
  if (!textOfRow) return { count: lengths.length, rows: (unit) => Uint32Array.of(unit), several: false };
  const rows: number[][] = Array.from({ length: count }, () => []);
  textOfRow.forEach((unit, row) => rows[unit]?.push(row));
  return {
    count,
    rows: (unit) => Uint32Array.from(rows[unit] ?? []),
    several: rows.some((unitRows) => unitRows.length > 1),
  };
}

/**
 * The single update of a training with an exactly fitted head: computes the head layer's inputs for all rows, fits the
 * head to them and writes it into the session. No work continues after the caller stops waiting.
 */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { NDArray } from "#dsl/tensor/program.js";
import { MAX_TRAINING_ROWS } from "#stdlib/contenders/shared/dense-features.js";
import { fitExactHead, type ExactLinearHead } from "#stdlib/contenders/shared/exact-head.js";
import type { EngineSession } from "../engines/engine.js";
import type { EncodedRows } from "../data/encoding/encoded.js";
import type { CompletedStep, StepSource } from "./loop/step-source.js";

export interface ExactFitOptions {
  readonly session: Pick<EngineSession, "write">;
  readonly rows: EncodedRows;
  /** Loader of the same rows. */
  readonly loader: { epochsDone(step: number): number };
  readonly labels: readonly string[];
  /** Parameter names of the head. */
  readonly head: { readonly weight: string; readonly bias: string };
  /** Computes the head layer's input for each row. */
  readonly read: (
    rows: Pick<EncodedRows, "ids" | "lengths" | "types" | "taskInputs">,
  ) => Promise<readonly Float32Array[]>;
  readonly signal?: AbortSignal;
}

export class ExactHeadFitSource implements StepSource {
  readonly total = 1;
  readonly predictsStepTime = false;
  private waiting: Promise<CompletedStep> | null = null;

  constructor(private readonly options: ExactFitOptions) {}

  epochsDone(step: number): number {
    return this.options.loader.epochsDone(step);
  }

  next(): Promise<CompletedStep | null> {
    return (this.waiting ??= this.fitted());
  }

  /** A stopped fit ends by its signal and leaves the head unchanged. */
  async stop(done: number): Promise<readonly CompletedStep[]> {
    const step = await this.waiting?.catch(() => null);
    return step && step.step > done ? [step] : [];
  }

  private async fitted(): Promise<CompletedStep> {
    const begun = performance.now();
    const { session, labels, head, signal } = this.options;
    const { rows, truth, tokens } = pickedOf(this.options.rows);
    const read = await this.options.read(rows);
    const found = Array.from(truth, (label) => mustExist(labels[label], "a label"));
    const made = await fitExactHead(read, found, { labels, ...(signal && { signal }) });
    signal?.throwIfAborted();
    await session.write(head.weight, real(made.weight, [labels.length, made.weight.length / labels.length]));
    await session.write(head.bias, real(made.bias, [labels.length]));
    const loss = lossOf(made, read, truth);
    const seconds = (performance.now() - begun) / 1000;
    return { step: 1, epoch: 0, tokens, loss, norm: 0, rate: 0, seconds };
  }
}

/** Takes evenly spaced rows, if there are more than the fit uses. */
function pickedOf({ ids, lengths, types, taskInputs: request, taught }: EncodedRows) {
  const step = Math.max(1, Math.ceil(lengths.length / MAX_TRAINING_ROWS));
  const which = Uint32Array.from({ length: Math.ceil(lengths.length / step) }, (_, i) => i * step);
  const rowLengths = Int32Array.from(which, (row) => lengths[row]!);
  const pickedRows = (values: typeof ids) => ({ length: which.length, at: (row: number) => values.at(which[row]!) });
  const truth = mustExist(taught?.oneRight, "one label of each row");
  return {
    rows: {
      ids: pickedRows(ids),
      lengths: rowLengths,
      taskInputs: request,
      ...(types && { types: pickedRows(types) }),
    },
    truth: Int32Array.from(which, (row) => truth[row]!),
    tokens: rowLengths.reduce((sum, length) => sum + length, 0),
  };
}

function real(values: Float32Array, shape: readonly number[]): NDArray {
  return { dtype: "f32", shape, bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength) };
}

/** Returns the mean loss over the rows with this head. */
function lossOf({ weight, bias }: ExactLinearHead, rows: readonly Float32Array[], truth: Int32Array): number {
  const width = rows[0]?.length ?? 0;
  const gradient = new Float64Array(bias.length);
  let sum = 0;
  rows.forEach((row, i) => {
    gradient.forEach((_, label) => {
      gradient[label] = row.reduce((all, x, j) => all + x * weight[label * width + j]!, bias[label]!);
    });
    const most = gradient.reduce((a, b) => Math.max(a, b), -Infinity);
    sum += most + Math.log(gradient.reduce((all, one) => all + Math.exp(one - most), 0)) - gradient[truth[i]!]!;
  });
  return sum / Math.max(1, rows.length);
}

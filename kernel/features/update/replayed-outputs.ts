/**
 * Logits of the rows that an update stage learns, for strategies that replay outputs. They are computed before its
 * first step and saved in its run, so that an interrupted stage resumes with the same logits.
 */
import { makePrivate, makePrivateFolder } from "../../fetch/private.js";
import { bytesOfArray } from "../../tensors/numbers.js";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { AnswerDecoder } from "#stdlib/tasks/kind.js";
import type { ReplayedOutputsTime } from "#stdlib/strategies/kind.js";
import { cachedLogitsFile, type ReplayExemplar } from "../../runs/continual-state.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import type { CachedOutputs } from "../../data/rows/cached-outputs.js";
import { trainingSplitName, type PreparedData } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { encodeSplit, type EncodedRows, type RowEncodingOptions } from "../../data/encoding/encoded.js";
import type { EngineSession } from "../../engines/engine.js";
import { computeRowLogits } from "../../inference/score.js";
import {
  CHECKSUM_METADATA,
  readTensor,
  verifySafetensors,
  writeSafetensors,
  type TensorToWrite,
} from "../../tensors/safetensors.js";
import { exemplarTable } from "../../training-runs/exemplars.js";

export interface ReplayOutputSource {
  readonly word: string;
  readonly computed: ReplayedOutputsTime;
}
export interface ComputeOutputsOptions {
  readonly session: Pick<EngineSession, "run">;
  readonly encoding: RowEncodingOptions;
  readonly batchSize: number;
  readonly padId: number;
  readonly signal?: AbortSignal | undefined;
  readonly hostContext: Pick<HostContext, "onProgress">;
}
export interface OutputCacheOptions extends ComputeOutputsOptions {
  readonly replaySources: readonly ReplayOutputSource[];
  readonly run: string;
  /** Rows of `prepared` that the stage learns: the new ones, then the exemplars. */
  readonly rows: EncodedRows;
  readonly exemplars: readonly ReplayExemplar[];
  readonly prepared: PreparedData;
  /**
   * The number of the model's labels; the labels of earlier data; and the number of labels, the first ones, in its head
   * when the stage began.
   */
  readonly labels: { readonly count: number; readonly seen: ReadonlySet<number>; readonly first: number };
}

/** Whether the run has the cached logits, or none are needed. */
export function hasCachedOutputs(replaySources: readonly ReplayOutputSource[], run: string): boolean {
  return replaySources.length === 0 || existsSync(cachedLogitsFile(run));
}

/** Reads each strategy's cached logits from the run; if there are none, the open model computes them first. */
export async function loadCachedOutputs(options: OutputCacheOptions): Promise<readonly CachedOutputs[]> {
  const { replaySources, run, rows, exemplars, labels } = options;
  if (!hasCachedOutputs(replaySources, run)) await writeCachedOutputs(options);
  return replaySources.map(({ word, computed }) => ({
    source: word,
    labels: labels.count,
    first: computed === "stage_start" ? 0 : rows.lengths.length - exemplars.length,
    logits: readCachedOutputs(run, word),
  }));
}

async function writeCachedOutputs(options: OutputCacheOptions): Promise<void> {
  const { count } = options.labels;
  const tensors: Record<string, TensorToWrite> = {};
  for (const { word, computed } of options.replaySources) {
    const logits = computed === "stage_start" ? await logitsOfAll(options) : await logitsOfExemplars(options);
    tensors[word] = { dtype: "f32", shape: [logits.length / count, count], bytes: bytesOfArray(logits) };
  }
  const file = cachedLogitsFile(options.run);
  try {
    makePrivateFolder(dirname(file));
    writeSafetensors(file, tensors, CHECKSUM_METADATA);
    makePrivate(file);
  } catch (error) {
    throw toRunFolderError(error, dirname(file));
  }
}

async function logitsOfAll(options: OutputCacheOptions): Promise<Float32Array> {
  const { count, seen } = options.labels;
  return asMatrix(await ask(options, options.rows), count, (label) => seen.has(label));
}

/** Computes logits of exemplars without any, for the labels of the head when the stage began. */
async function logitsOfExemplars(options: OutputCacheOptions): Promise<Float32Array> {
  const { count, first } = options.labels;
  const lacking = options.exemplars.filter(({ said: outputs }) => outputs === undefined);
  const computed = await withComputedOutputs(options, options.prepared, lacking, first);
  const now = computed.values();
  const outputs = options.exemplars.map((row) => row.said ?? now.next().value?.said ?? []);
  return asMatrix(outputs, count, () => true);
}

/** Shape [rows, labels]; NaN if unknown. */
function asMatrix(
  outputs: readonly ArrayLike<number>[],
  count: number,
  known: (label: number) => boolean,
): Float32Array {
  const logits = new Float32Array(outputs.length * count).fill(Number.NaN);
  outputs.forEach((rowOutputs, row) =>
    Array.from(rowOutputs).forEach((value, label) => {
      if (known(label)) logits[row * count + label] = value;
    }),
  );
  return logits;
}

function ask(options: ComputeOutputsOptions, rows: EncodedRows): Promise<readonly Float32Array[]> {
  const { session, batchSize, padId, signal, hostContext } = options;
  const answers: AnswerDecoder = mustExist(
    options.encoding.task.implementation.answers,
    "answers of a task with labels",
  );
  return computeRowLogits(session, rows, answers, {
    batchSize,
    padId,
    ...(signal && { signal }),
    onRows: (done, total) => hostContext.onProgress?.({ label: "the stored rows", done, total }),
  });
}

/** Exemplars with the open model's logits for the first `labels` labels. */
export async function withComputedOutputs(
  options: ComputeOutputsOptions,
  prepared: PreparedData,
  exemplars: readonly ReplayExemplar[],
  labels: number,
): Promise<readonly ReplayExemplar[]> {
  if (exemplars.length === 0) return exemplars;
  const split = trainingSplitName(prepared);
  const some = { ...prepared, splits: { [split]: exemplarTable(exemplars) } };
  const outputs = await ask(options, await encodeSplit(some, { data: prepared.name, split }, options.encoding));
  return exemplars.map((row, i) => ({
    ...row,
    said: [...mustExist(outputs[i], "the model's outputs").subarray(0, labels)],
  }));
}

/** Exemplars without logits get those that were cached before the first step of the run. */
export function withOutputsCachedBeforeRun(
  exemplars: readonly ReplayExemplar[],
  { word, run, labels }: { readonly word: string; readonly run: string; readonly labels: number },
): readonly ReplayExemplar[] {
  if (exemplars.every(({ said: outputs }) => outputs !== undefined)) return exemplars;
  const logits = readCachedOutputs(run, word);
  return exemplars.map((row, i) => {
    const rowLogits = [...logits.subarray(i * labels, (i + 1) * labels)];
    const unknown = rowLogits.findIndex(Number.isNaN);
    return { ...row, said: row.said ?? (unknown < 0 ? rowLogits : rowLogits.slice(0, unknown)) };
  });
}

/** Gives rows without logits those of the same exemplars in `saved`. */
export function withSavedOutputs(
  rows: readonly ReplayExemplar[],
  saved: readonly ReplayExemplar[],
): readonly ReplayExemplar[] {
  const known = new Map(saved.map(({ hash, row, said: outputs }) => [`${hash} ${String(row)}`, outputs]));
  return rows.map((one) => {
    const outputs = one.said ?? known.get(`${one.hash} ${String(one.row)}`);
    return outputs ? { ...one, said: outputs } : one;
  });
}

/** Throws the file's coded errors. */
function readCachedOutputs(run: string, word: string): Float32Array {
  const file = cachedLogitsFile(run);
  verifySafetensors(file);
  return new Float32Array(readTensor(file, word).bytes.slice().buffer);
}

/**
 * Logits of the rows that a stage learns, for strategies that replay outputs. They are computed before its first step and written
 * into its run, so that a stage that was interrupted goes on with the same.
 */
import { closeToOthers, makePrivateFolder } from "../../fetch/private.js";
import { bytesOf } from "../../tensors/numbers.js";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { must } from "#dsl/language/diagnostics/must.js";
import type { Answers } from "#stdlib/tasks/kind.js";
import type { ReplayedOutputs } from "#stdlib/strategies/kind.js";
import { cachedOutputsFile, type Exemplar } from "../../runs/continual-state.js";
import { writing } from "../../runs/folder-errors.js";
import type { CachedOutputs } from "../../data/rows/cached-outputs.js";
import { trainedSplit, type Prepared } from "../../data/prepared.js";
import type { HostContext } from "../../host/host-context.js";
import { encodeSplit, type Encoded, type Encoding } from "../../data/encoding/encoded.js";
import type { Session } from "../../engines/engine.js";
import { askRows } from "../../inference/score.js";
import {
  CHECKED,
  readTensor,
  verifySafetensors,
  writeSafetensors,
  type TensorToWrite,
} from "../../tensors/safetensors.js";
import { tableOf } from "../../training-runs/exemplars.js";

/** A strategy that replays outputs. */
export interface ReplaySource {
  readonly word: string;
  readonly computed: ReplayedOutputs;
}
/** What computes logits of rows. */
export interface ComputesOutputs {
  readonly session: Pick<Session, "run">;
  readonly encoding: Encoding;
  readonly batchSize: number;
  readonly padId: number;
  readonly signal?: AbortSignal | undefined;
  readonly hostContext: Pick<HostContext, "onProgress">;
}
export interface CachesOutputs extends ComputesOutputs {
  readonly replaySources: readonly ReplaySource[];
  readonly run: string;
  /** Rows of `prepared` that the stage learns: the new ones, then the exemplars. */
  readonly rows: Encoded;
  readonly exemplars: readonly Exemplar[];
  readonly prepared: Prepared;
  /** The number of the model's labels; those that earlier data had; how many, the first ones, its head had when the stage began. */
  readonly labels: { readonly count: number; readonly seen: ReadonlySet<number>; readonly first: number };
}

/** Whether the run has the cached logits, or none are needed. */
export function hasCachedOutputs(replaySources: readonly ReplaySource[], run: string): boolean {
  return replaySources.length === 0 || existsSync(cachedOutputsFile(run));
}

/** Reads the cached logits of each strategy from the run; the open model computes them first where the run has none. */
export async function cachedOutputs(o: CachesOutputs): Promise<readonly CachedOutputs[]> {
  const { replaySources, run, rows, exemplars, labels } = o;
  if (!hasCachedOutputs(replaySources, run)) await writeCachedOutputs(o);
  return replaySources.map(({ word, computed }) => ({
    source: word,
    labels: labels.count,
    first: computed === "stage_start" ? 0 : rows.lengths.length - exemplars.length,
    logits: readCachedOutputs(run, word),
  }));
}

async function writeCachedOutputs(o: CachesOutputs): Promise<void> {
  const { count } = o.labels;
  const tensors: Record<string, TensorToWrite> = {};
  for (const { word, computed } of o.replaySources) {
    const logits = computed === "stage_start" ? await logitsOfAll(o) : await logitsOfExemplars(o);
    tensors[word] = { dtype: "f32", shape: [logits.length / count, count], bytes: bytesOf(logits) };
  }
  const file = cachedOutputsFile(o.run);
  try {
    makePrivateFolder(dirname(file));
    writeSafetensors(file, tensors, CHECKED);
    closeToOthers(file);
  } catch (error) {
    throw writing(error, dirname(file));
  }
}

async function logitsOfAll(o: CachesOutputs): Promise<Float32Array> {
  const { count, seen } = o.labels;
  return asMatrix(await ask(o, o.rows), count, (label) => seen.has(label));
}

/** Exemplars without logits get them now, for the labels that the head had when the stage began. */
async function logitsOfExemplars(o: CachesOutputs): Promise<Float32Array> {
  const { count, first } = o.labels;
  const lacking = o.exemplars.filter(({ said }) => said === undefined);
  const asked = await withComputedOutputs(o, o.prepared, lacking, first);
  const now = asked.values();
  const said = o.exemplars.map((row) => row.said ?? now.next().value?.said ?? []);
  return asMatrix(said, count, () => true);
}

/** [rows, labels], NaN where unknown. */
function asMatrix(said: readonly ArrayLike<number>[], count: number, known: (label: number) => boolean): Float32Array {
  const logits = new Float32Array(said.length * count).fill(Number.NaN);
  said.forEach((own, row) =>
    Array.from(own).forEach((value, label) => {
      if (known(label)) logits[row * count + label] = value;
    }),
  );
  return logits;
}

function ask(o: ComputesOutputs, rows: Encoded): Promise<readonly Float32Array[]> {
  const { session, batchSize, padId, signal, hostContext } = o;
  const answers: Answers = must(o.encoding.task.implementation.answers, "answers of a task with labels");
  return askRows(session, rows, answers, {
    batchSize,
    padId,
    ...(signal && { signal }),
    onRows: (done, total) => hostContext.onProgress?.({ label: "rows asked for what is held", done, total }),
  });
}

/** Exemplars with the open model's logits for the first `labels` labels. */
export async function withComputedOutputs(
  o: ComputesOutputs,
  prepared: Prepared,
  kept: readonly Exemplar[],
  labels: number,
): Promise<readonly Exemplar[]> {
  if (kept.length === 0) return kept;
  const split = trainedSplit(prepared);
  const some = { ...prepared, splits: { [split]: tableOf(kept) } };
  const said = await ask(o, await encodeSplit(some, { data: prepared.name, split }, o.encoding));
  return kept.map((row, i) => ({ ...row, said: [...must(said[i], "what is said of a row").subarray(0, labels)] }));
}

/** Exemplars without logits get those that were cached before the first step of the run. */
export function withOutputsBefore(
  exemplars: readonly Exemplar[],
  { word, run, labels }: { readonly word: string; readonly run: string; readonly labels: number },
): readonly Exemplar[] {
  if (exemplars.every(({ said }) => said !== undefined)) return exemplars;
  const logits = readCachedOutputs(run, word);
  return exemplars.map((row, i) => {
    const own = [...logits.subarray(i * labels, (i + 1) * labels)];
    const unknown = own.findIndex(Number.isNaN);
    return { ...row, said: row.said ?? (unknown < 0 ? own : own.slice(0, unknown)) };
  });
}

/** Rows without logits get those of the same exemplars in `kept`. */
export function withKeptOutputs(rows: readonly Exemplar[], kept: readonly Exemplar[]): readonly Exemplar[] {
  const known = new Map(kept.map(({ hash, row, said }) => [`${hash} ${String(row)}`, said]));
  return rows.map((one) => {
    const said = one.said ?? known.get(`${one.hash} ${String(one.row)}`);
    return said ? { ...one, said } : one;
  });
}

/** Coded errors of the file. */
function readCachedOutputs(run: string, word: string): Float32Array {
  const file = cachedOutputsFile(run);
  verifySafetensors(file);
  return new Float32Array(readTensor(file, word).bytes.slice().buffer);
}

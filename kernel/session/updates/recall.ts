/**
 * What was said once of rows that a stage learns, for strategies that hold a model to it: asked before its first step, and kept
 * beside its run, so that a stage that was interrupted is held to the same.
 */
import { closeToOthers, makePrivateFolder } from "../../fetch/private.js";
import { bytesOf } from "../../tensors/numbers.js";
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { must } from "#dsl/diagnostics/must.js";
import type { Answers } from "#stdlib/kinds/task.js";
import type { ReplayedOutputs } from "#stdlib/kinds/strategy.js";
import { recalledFile, type Remembered } from "../../artifacts/carried.js";
import { writing } from "../../artifacts/folder-errors.js";
import type { Recalled } from "../../core/data/recalled.js";
import { trainedSplit, type Prepared } from "../../core/data/prepared.js";
import type { HostContext } from "../../core/session/host-context.js";
import { encodeSplit, type Encoded, type Encoding } from "../../encoding/encoded.js";
import type { Session } from "../../engine/engine.js";
import { askRows } from "../../inference/score.js";
import {
  CHECKED,
  readTensor,
  verifySafetensors,
  writeSafetensors,
  type TensorToWrite,
} from "../../tensors/safetensors.js";
import { tableOf } from "./memory.js";

/** A strategy whose rows bring what was said of them. */
export interface Recalling {
  readonly word: string;
  readonly computed: ReplayedOutputs;
}
/** How rows are asked about. */
export interface AsksRows {
  readonly session: Pick<Session, "run">;
  readonly encoding: Encoding;
  readonly batchSize: number;
  readonly padId: number;
  readonly signal?: AbortSignal | undefined;
  readonly hostContext: Pick<HostContext, "onProgress">;
}
export interface Recall extends AsksRows {
  readonly recalling: readonly Recalling[];
  readonly run: string;
  /** Rows that the stage learns: the new ones, then those that are kept, of `prepared`. */
  readonly rows: Encoded;
  readonly memory: readonly Remembered[];
  readonly prepared: Prepared;
  /** Labels of the model; those of them that earlier data had; how many its head had when it began, which come first. */
  readonly labels: { readonly count: number; readonly seen: ReadonlySet<number>; readonly first: number };
}

/** Whether what was said before the first step lies beside the run, or nobody asks. */
export function isRecalled(recalling: readonly Recalling[], run: string): boolean {
  return recalling.length === 0 || existsSync(recalledFile(run));
}

/** Of each strategy's rows: as they lie beside the run, else as the open model says them, which is then kept there. */
export async function recall(o: Recall): Promise<readonly Recalled[]> {
  const { recalling, run, rows, memory, labels } = o;
  if (!isRecalled(recalling, run)) await keepSaid(o);
  return recalling.map(({ word, computed }) => ({
    word,
    labels: labels.count,
    first: computed === "stage_start" ? 0 : rows.lengths.length - memory.length,
    logits: savedOf(run, word),
  }));
}

async function keepSaid(o: Recall): Promise<void> {
  const { count } = o.labels;
  const tensors: Record<string, TensorToWrite> = {};
  for (const { word, computed } of o.recalling) {
    const logits = computed === "stage_start" ? await saidOfAll(o) : await saidOfKept(o);
    tensors[word] = { dtype: "f32", shape: [logits.length / count, count], bytes: bytesOf(logits) };
  }
  const file = recalledFile(o.run);
  try {
    makePrivateFolder(dirname(file));
    writeSafetensors(file, tensors, CHECKED);
    closeToOthers(file);
  } catch (error) {
    throw writing(error, dirname(file));
  }
}

async function saidOfAll(o: Recall): Promise<Float32Array> {
  const { count, seen } = o.labels;
  return laid(await ask(o, o.rows), count, (label) => seen.has(label));
}

/** Those of which nothing was said yet are asked now: of labels that come later nothing was known. */
async function saidOfKept(o: Recall): Promise<Float32Array> {
  const { count, first } = o.labels;
  const lacking = o.memory.filter(({ said }) => said === undefined);
  const asked = await withSaid(o, o.prepared, lacking, first);
  const now = asked.values();
  const said = o.memory.map((row) => row.said ?? now.next().value?.said ?? []);
  return laid(said, count, () => true);
}

/** [rows, labels], NaN where nothing was said. */
function laid(said: readonly ArrayLike<number>[], count: number, known: (label: number) => boolean): Float32Array {
  const logits = new Float32Array(said.length * count).fill(Number.NaN);
  said.forEach((own, row) =>
    Array.from(own).forEach((value, label) => {
      if (known(label)) logits[row * count + label] = value;
    }),
  );
  return logits;
}

function ask(o: AsksRows, rows: Encoded): Promise<readonly Float32Array[]> {
  const { session, batchSize, padId, signal, hostContext } = o;
  const answers: Answers = must(o.encoding.task.implementation.answers, "answers of a task with labels");
  return askRows(session, rows, answers, {
    batchSize,
    padId,
    ...(signal && { signal }),
    onRows: (done, total) => hostContext.onProgress?.({ label: "rows asked for what is held", done, total }),
  });
}

/** Kept rows with what the open model says of their first labels. */
export async function withSaid(
  o: AsksRows,
  prepared: Prepared,
  kept: readonly Remembered[],
  labels: number,
): Promise<readonly Remembered[]> {
  if (kept.length === 0) return kept;
  const split = trainedSplit(prepared);
  const some = { ...prepared, splits: { [split]: tableOf(kept) } };
  const said = await ask(o, await encodeSplit(some, { data: prepared.name, split }, o.encoding));
  return kept.map((row, i) => ({ ...row, said: [...must(said[i], "what is said of a row").subarray(0, labels)] }));
}

/** Kept rows with what was said of them before the first step of the run, where they had nothing. */
export function saidBefore(
  memory: readonly Remembered[],
  { word, run, labels }: { readonly word: string; readonly run: string; readonly labels: number },
): readonly Remembered[] {
  if (memory.every(({ said }) => said !== undefined)) return memory;
  const logits = savedOf(run, word);
  return memory.map((row, i) => {
    const own = [...logits.subarray(i * labels, (i + 1) * labels)];
    const unknown = own.findIndex(Number.isNaN);
    return { ...row, said: row.said ?? (unknown < 0 ? own : own.slice(0, unknown)) };
  });
}

/** The same rows with what was said of them as it was kept. */
export function saidAsKept(rows: readonly Remembered[], kept: readonly Remembered[]): readonly Remembered[] {
  const known = new Map(kept.map(({ hash, row, said }) => [`${hash} ${String(row)}`, said]));
  return rows.map((one) => {
    const said = one.said ?? known.get(`${one.hash} ${String(one.row)}`);
    return said ? { ...one, said } : one;
  });
}

/** Coded errors of the file. */
function savedOf(run: string, word: string): Float32Array {
  const file = recalledFile(run);
  verifySafetensors(file);
  return new Float32Array(readTensor(file, word).bytes.slice().buffer);
}

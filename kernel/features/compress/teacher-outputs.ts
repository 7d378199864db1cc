/** A teacher's logits on the rows that a student trains on: computed once, and cached in the student's run. */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { PlannedCompressStage } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { TEACHER_OUTPUTS_SOURCE } from "#stdlib/lessons/kind.js";
import { makePrivate, makePrivateFolder } from "../../fetch/private.js";
import { cachedLogitsFile, type ReplayExemplar } from "../../runs/continual-state.js";
import { toRunFolderError } from "../../runs/folder-errors.js";
import { findRunsNamed } from "../../runs/history/runs-by-recipe.js";
import {
  CHECKSUM_METADATA,
  readHeader,
  readTensor,
  verifySafetensors,
  writeSafetensors,
} from "../../tensors/safetensors.js";
import { trainingSplitRows } from "../../training-runs/exemplars.js";
import type { CompressionContext, Teacher } from "./contract.js";
import { textsIn } from "./unlabelled-rows.js";

/**
 * The teacher's logits on the rows that the step trains on, unlabelled rows last; read from the run's cache when
 * resuming, else computed.
 */
export async function teacherOutputsOf(
  { name, plan }: PlannedCompressStage,
  by: Teacher,
  { session, stage }: CompressionContext,
  unlabelled: readonly ReplayExemplar[],
): Promise<Float32Array> {
  const [before] = findRunsNamed(session.runs, name, plan.recipeHash);
  const labels = by.labels.length;
  const prepared = await session.datasets.data(
    plan.recipe.data,
    dataReadingSettingsOf(plan.recipe.model),
    stage.hostContext,
  );
  const rows = trainingSplitRows(prepared);
  // Cached logits were already checked when they were computed.
  if (before && isOf(before.path, by.mark, [rows.numRows() + unlabelled.length, labels])) return readSaid(before.path);
  const { numbers } = await by.ask(textsIn(rows));
  const all = [...numbers, ...unlabelled.map(({ said: outputs }) => mustExist(outputs, "the teacher's outputs"))];
  const logits = new Float32Array(all.length * labels);
  all.forEach((row, i) => logits.set(row, i * labels));
  return logits;
}

/** Whether the cached logits are from these weights and have this shape. */
function isOf(run: string, mark: string | null, shape: readonly number[]): boolean {
  const file = cachedLogitsFile(run);
  if (mark === null || !existsSync(file)) return false;
  const { metadata, tensors } = readHeader(file);
  return metadata[BY] === mark && tensors[TEACHER_OUTPUTS_SOURCE]?.shape.join() === shape.join();
}
/** Metadata key that identifies the weights that computed the logits. */
const BY = "by";

function readSaid(run: string): Float32Array {
  const file = cachedLogitsFile(run);
  verifySafetensors(file);
  return new Float32Array(readTensor(file, TEACHER_OUTPUTS_SOURCE).bytes.slice().buffer);
}

/** Caches the logits in the run, unless they are there already. */
export function saveTeacherOutputs(
  run: string,
  outputs: Float32Array,
  { labels, mark }: { readonly labels: number; readonly mark: string | null },
): void {
  const file = cachedLogitsFile(run);
  const shape = [outputs.length / labels, labels];
  if (isOf(run, mark, shape)) return;
  const metadata = { ...CHECKSUM_METADATA, ...(mark !== null && { [BY]: mark }) };
  const bytes = new Uint8Array(outputs.buffer, outputs.byteOffset, outputs.byteLength);
  try {
    makePrivateFolder(dirname(file));
    writeSafetensors(file, { [TEACHER_OUTPUTS_SOURCE]: { dtype: "f32", shape, bytes } }, metadata);
    makePrivate(file);
  } catch (error) {
    throw toRunFolderError(error, dirname(file));
  }
}

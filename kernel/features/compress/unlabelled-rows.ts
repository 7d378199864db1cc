/**
 * Unlabelled rows with labels predicted by a model: saved in the run that trains on them, never written into the
 * source.
 */
import { table, type ColumnTable } from "arquero";
import type { PlannedCompressStage } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import { softmaxInto } from "#stdlib/statistics/probabilities.js";
import { makeAugmentedTexts } from "#stdlib/students/shared/augmented-texts.js";
import { registry } from "#stdlib/registry.js";
import { wilsonInterval } from "#stdlib/statistics/wilson.js";
import type { ReplayExemplar } from "../../runs/continual-state.js";
import { splitNamesOf, trainingSplitName, type PreparedData } from "../../data/prepared.js";
import type { LabelledRowsReport } from "../../display/labelled-texts.js";
import type { PredictionInput } from "../../data/encoding/encoded.js";
import type { TextPredictions } from "../../inference/input-texts.js";
import { trainingSplitRows } from "../../training-runs/exemplars.js";
import { rowHashesOf } from "../../runs/split-rows.js";
import type { CompressionContext, Teacher } from "./contract.js";

export interface TeacherLabelledRows {
  readonly rows: readonly ReplayExemplar[];
  readonly report: LabelledRowsReport | null;
}

/** Labels the unlabelled rows of data, and augmented texts of the labelled rows, with the model. */
export async function labelRowsByTeacher(
  { plan }: PlannedCompressStage,
  augment: number,
  teacher: Teacher,
  { session, stage, warn }: Pick<CompressionContext, "session" | "stage" | "warn">,
): Promise<TeacherLabelledRows> {
  const { unlabelled = [] } = plan.recipe.compress ?? {};
  if (unlabelled.length === 0 && augment === 0) return { rows: [], report: null };
  const reader = dataReadingSettingsOf(plan.recipe.model);
  const labelledData = await session.datasets.data(plan.recipe.data, reader, stage.hostContext);
  const names = trainingSplitRows(labelledData).columnNames();
  const all: ReplayExemplar[] = [];
  for (const { data } of unlabelled) {
    const prepared = await session.datasets.data(data, reader, stage.hostContext);
    const rows = trainingSplitRows(prepared);
    await demandApart(prepared, labelledData, { warn, ...(stage.signal && { signal: stage.signal }) });
    const outputs = await teacher.ask(textsIn(rows));
    all.push(...remembered(prepared, rows, outputs, names));
  }
  const made = augment > 0 ? madeOf(trainingSplitRows(labelledData), augment, plan.recipe.training.seed) : null;
  if (made)
    all.push(...remembered({ name: MADE, facts: labelledData.facts }, made, await teacher.ask(textsIn(made)), names));
  const decides = registry.find("task", plan.recipe.model.task.word)?.capabilities?.decides;
  const sure = all.map(({ said: outputs = [] }) => Math.max(...softmax(outputs)));
  const report = {
    model: teacher.name,
    data: unlabelled.map(({ data }) => data.name).join(", "),
    made: made?.numRows() ?? 0,
    rows: all.length,
    labelled: trainingSplitRows(labelledData).numRows(),
    // With several labels per row, each has its own probability and there is no confidence for the row.
    sure: decides === "one" ? sure.reduce((sum, one) => sum + one, 0) / Math.max(1, sure.length) : null,
    unsure: sure.filter((one) => one < UNSURE).length,
    labels: countsOf(all),
    agrees: await agreement(labelledData, teacher),
  };
  return { rows: all, report };
}
const UNSURE = 0.5;

/** Checks that the rows that score the model are not among those that it trains on. */
async function demandApart(
  prepared: PreparedData,
  trainingData: PreparedData,
  { warn, signal }: Pick<CompressionContext, "warn"> & { readonly signal?: AbortSignal },
): Promise<void> {
  const learnt = new Set(await rowHashesOf({ prepared, split: trainingSplitName(prepared) }, signal));
  for (const split of splitNamesOf(trainingData).filter((one) => one !== trainingSplitName(trainingData))) {
    const splitHashes = await rowHashesOf({ prepared: trainingData, split }, signal);
    const rows = splitHashes.filter((hash) => learnt.has(hash)).length;
    if (rows === 0) continue;
    warn("unlabelled-held-out", {
      data: prepared.name,
      rows,
      on: `${trainingData.name}.${split}`,
      of: splitHashes.length,
    });
  }
}
/** Data name of augmented texts. */
const MADE = "augmented";

/** In a pair only the first text is augmented. */
function madeOf(rows: ColumnTable, times: number, seed: number): ColumnTable {
  const made = makeAugmentedTexts(Array.from(rows.array("text") as ArrayLike<unknown>, String), times, seed);
  const others = rows.columnNames().includes("text_pair") ? (rows.array("text_pair") as ArrayLike<unknown>) : null;
  return table({
    text: made.map(({ text }) => text),
    ...(others && { text_pair: made.map(({ row }) => others[row]) }),
    $row: made.map((_, i) => i + 1),
  });
}

function softmax(logits: readonly number[]): Float32Array {
  const shares = new Float32Array(logits.length);
  softmaxInto(Float32Array.from(logits), shares);
  return shares;
}

function countsOf(rows: readonly ReplayExemplar[]): LabelledRowsReport["labels"] {
  const counts = new Map<string, number>();
  for (const { roles } of rows) {
    const label = String(roles["label"] ?? roles["labels"]);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Rows with the columns of labelled rows; missing values are empty. */
function remembered(
  { name: data, facts: { hash } }: { readonly name: string; readonly facts: Pick<PreparedData["facts"], "hash"> },
  rows: ColumnTable,
  { predictions, numbers }: TextPredictions,
  names: readonly string[],
): readonly ReplayExemplar[] {
  const has = new Set(rows.columnNames());
  const column = (role: string): ArrayLike<unknown> | null => (has.has(role) ? rows.array(role) : null);
  const columns = names.filter((role) => role !== "$row").map((role) => [role, column(role)] as const);
  const places = rows.array("$row") as ArrayLike<number>;
  return predictions.map((prediction, i) => {
    const { label, labels } = prediction as { readonly label?: unknown; readonly labels?: unknown };
    const known = { label, labels, weight: 1 } as Readonly<Record<string, unknown>>;
    return {
      data,
      hash,
      row: places[i] ?? i + 1,
      said: [...(numbers[i] ?? [])],
      roles: Object.fromEntries(columns.map(([role, values]) => [role, values?.[i] ?? known[role] ?? null])),
    };
  });
}

/** Agreement between the teacher and the human labels on held-out rows; null if there are none. */
async function agreement(trainingData: PreparedData, teacher: Teacher): Promise<LabelledRowsReport["agrees"]> {
  const split = ["validation", "test"].find((one) => splitNamesOf(trainingData).includes(one));
  const rows = split === undefined ? undefined : trainingData.splits[split];
  if (split === undefined || !rows?.columnNames().includes("label")) return null;
  const truth = rows.array("label") as ArrayLike<unknown>;
  const { predictions } = await teacher.ask(textsIn(rows));
  const right = predictions.filter((one, i) => (one as { readonly label?: unknown }).label === truth[i]).length;
  const { low, high } = wilsonInterval(right, predictions.length);
  return { split, rows: predictions.length, right, low, high };
}

export function textsIn(rows: ColumnTable): readonly PredictionInput[] {
  const texts = Array.from(rows.array("text") as ArrayLike<unknown>, String);
  if (!rows.columnNames().includes("text_pair")) return texts;
  const others = rows.array("text_pair") as ArrayLike<unknown>;
  return texts.map((text, i) => [text, String(others[i])] as const);
}

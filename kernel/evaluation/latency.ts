/** Latency of single predictions: some of the scored rows, one at a time, from text to result. */
import { mustExist } from "#dsl/language/diagnostics/codes.js";
import type { GenerationSettings } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf, type DataPlan, type Call } from "#dsl/language/types/value.js";
import { roleValuesOf } from "../runs/split-rows.js";
import { evenlySpacedRows } from "../data/rows/length-statistics.js";
import type { PredictionInput } from "../data/encoding/encoded.js";
import { inputColumnRolesOf } from "../inference/requested-roles.js";
import { promptsOfSplit } from "../inference/reference-texts.js";
import { writesText, type ModelHandle } from "../models/model-handle.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import type { EvaluatedSplitRows } from "../inference/evaluations/evaluation.js";

/** Maximum timed rows, for predictions and for generated texts, which take longer. */
const MOST = { answered: 100, written: 20 };
/** Warm-up predictions: the first ones compile programs. */
const WARM = 3;
export const GREEDY_DECODER: Call = { word: "greedy", kind: "decoder", arguments: {} };

/**
 * Models take turns, so that other load on the machine affects all alike. The order alternates, so no model is opened
 * twice in a row.
 */
const ROUNDS = 3;

/** Whether the latency of single predictions is measured. */
export function measuresLatency(
  { vocabulary: { registry } }: OpenSession,
  { metrics }: { readonly metrics: readonly Call[] },
): boolean {
  return metrics.some(({ word }) => registry.find("metric", word)?.capabilities?.outcomes.includes("time"));
}

/** A predictor to be timed one row at a time. `ask`: predicts the row with this index, from 0. */
export interface PredictorToTime {
  readonly name: string;
  readonly count: number;
  readonly writes: boolean;
  readonly ask: (row: number) => Promise<unknown>;
}

/** Milliseconds of each prediction, per predictor. */
export async function timeInRounds(
  all: readonly PredictorToTime[],
  context: ExecutionContext,
): Promise<readonly Float64Array[]> {
  const rows = all.map(({ count, writes }) => evenlySpacedRows(count, writes ? MOST.written : MOST.answered));
  const times = rows.map((rowNumbers) => new Float64Array(rowNumbers.length));
  let before: PredictorToTime | null = null;
  for (let round = 0; round < ROUNDS; round++) {
    const order = all.map((_, i) => (round % 2 === 0 ? i : all.length - 1 - i));
    for (const i of order) {
      const one = mustExist(all[i], "the inputs");
      const rowNumbers = mustExist(rows[i], "rows");
      if (one !== before) for (const row of rowNumbers.slice(0, WARM)) await one.ask(row);
      before = one;
      for (let index = round; index < rowNumbers.length; index += ROUNDS) {
        context.signal?.throwIfAborted();
        const begun = performance.now();
        await one.ask(rowNumbers[index] ?? 0);
        mustExist(times[i], "times")[index] = performance.now() - begun;
        context.hostContext.onProgress?.({
          label: `latency of ${one.name}`,
          done: index + 1,
          total: rowNumbers.length,
        });
      }
    }
  }
  return times;
}
export async function timePredictor(
  count: number,
  {
    writes,
    stage: context,
    name,
  }: { readonly writes: boolean; readonly stage: ExecutionContext; readonly name: string },
  ask: (row: number) => Promise<unknown>,
): Promise<Float64Array> {
  const [times] = await timeInRounds([{ name, count, writes, ask }], context);
  return mustExist(times, "times");
}

/**
 * The smallest and largest median of its rounds; smaller differences between models are noise. Null if too few
 * predictions were timed.
 */
export function spreadOfRoundMedians(times: Float64Array): { readonly low: number; readonly high: number } | null {
  if (times.length < 3 * ROUNDS) return null;
  const medians = Array.from({ length: ROUNDS }, (_, round) => {
    const roundTimes = times.filter((_, index) => index % ROUNDS === round).toSorted();
    return roundTimes[roundTimes.length >> 1] ?? Number.NaN;
  });
  return { low: Math.min(...medians), high: Math.max(...medians) };
}

/** Times a model through the same path as `predict`. */
export function timedPredictorOf(
  session: OpenSession,
  handle: ModelHandle,
  { prepared, split }: Pick<EvaluatedSplitRows, "prepared" | "split">,
  writing: GenerationSettings,
  { hostContext, signal }: ExecutionContext,
): PredictorToTime {
  const { name } = handle;
  if (writesText(handle.plan)) {
    const prompts = promptsOfSplit(prepared, split, handle.plan.template !== undefined);
    const ask = async (row: number): Promise<void> => {
      const one = prompts.slice(row, row + 1);
      const pieces = session.models.requests.write(handle, one, { ...writing, batch_size: 1 }, hostContext, signal);
      while (!(await pieces.next()).done);
    };
    return { name, count: prompts.length, writes: true, ask };
  }
  const roles = inputColumnRolesOf(handle.plan.task);
  const [first, second] = [roles.role, roles.second].map((role) => roleValuesOf({ prepared, split }, role));
  const textOf = (row: number): PredictionInput =>
    second ? [String(first?.at(row)), String(second.at(row))] : String(first?.at(row));
  const ask = (row: number): Promise<unknown> => session.models.requests.predict(handle, [textOf(row)], hostContext);
  return { name, count: first?.length ?? 0, writes: false, ask };
}

/** Times several models on one split in turns, by their names. */
export async function timeModelsOnSplit(
  session: OpenSession,
  handles: readonly ModelHandle[],
  { data, split }: { readonly data: DataPlan; readonly split: string | null },
  options: { readonly decode?: Call; readonly max_tokens?: number | null },
  context: ExecutionContext,
): Promise<ReadonlyMap<string, Float64Array>> {
  const all: PredictorToTime[] = [];
  for (const handle of handles) {
    const model = handle.weights?.plan.recipe.model ?? handle.plan;
    const prepared = await session.datasets.data(data, dataReadingSettingsOf(model), context.hostContext);
    const writing = {
      decode: options.decode ?? GREEDY_DECODER,
      max_tokens: options.max_tokens ?? model.max_length,
      stop: [],
      batch_size: 1,
    };
    all.push(timedPredictorOf(session, handle, { prepared, split: split ?? "all" }, writing, context));
  }
  const times = await timeInRounds(all, context);
  return new Map(handles.map(({ name }, i) => [name, mustExist(times[i], "times")]));
}

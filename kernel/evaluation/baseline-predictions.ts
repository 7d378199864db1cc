/** Predictions of a baseline on the rows of a split, and the time they took after warm-up. */
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { BaselineCapabilities } from "#dsl/language/types/capabilities/scoring.js";
import type { Baseline } from "#dsl/compiler/plan/action.js";
import type { ModelPlan, Call } from "#dsl/language/types/value.js";
import type { GeneratedTextMetricInput } from "#stdlib/metrics/kind.js";
import type {
  BaselineTuning,
  BaselineImplementation,
  BaselineRows,
  BaselineOutputs,
  FittedBaseline,
} from "#stdlib/contenders/kind.js";
import { roleValuesOf, type PreparedDataSplit } from "../runs/split-rows.js";
import { splitNamesOf } from "../data/prepared.js";
import type { SplitOutputs } from "../inference/score-split.js";
import { promptTextsAndTargets } from "../inference/reference-texts.js";
import type { EvaluatedSplitRows, EvaluationCost } from "../inference/evaluations/evaluation.js";
import { modelPlanOf, writesText } from "../models/model-handle.js";
import type { ExecutionContext, Warn } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { openBaseEmbedder } from "./base-vectors.js";
import type { EvaluationSettings, MeasuredModel } from "./evaluate-once.js";
import { measuresLatency, timePredictor } from "./latency.js";

/** A model's encoded rows. The model itself may be unevaluated or untrained. */
export type BaselineContext = Pick<MeasuredModel, "by" | "prepared" | "split" | "encoding" | "rows" | "partsAsked"> & {
  readonly evaluation: Pick<MeasuredModel["evaluation"], "on">;
};
/** A baseline with its name in tables, and the model that it is compared to. */
export interface BaselineEntry {
  readonly name: string;
  readonly contender: Baseline;
  readonly beside: BaselineContext;
  readonly warn: Warn;
}
export function baselineCapabilitiesOf({ vocabulary }: OpenSession, { word }: Call): BaselineCapabilities {
  return mustExist(vocabulary.registry.find("contender", word)?.capabilities, `the description of ${word}`);
}

/** A baseline that is loaded, with the split on which it chooses its settings. */
export type PreparedBaseline = BaselineEntry & {
  readonly call: Call;
  readonly implementation: BaselineImplementation;
  readonly choosing: BaselineTuning | null;
};
/** A baseline's predictions on the rows of one split. */
export interface BaselinePredictions {
  readonly outputs: SplitOutputs;
  readonly texts: GeneratedTextMetricInput | null;
  readonly cost: EvaluationCost;
  readonly notes: readonly string[];
  readonly times: Float64Array | null;
}

export async function predictPartWithBaseline(
  session: OpenSession,
  { name, contender, call, beside: { encoding, by }, warn, implementation, choosing }: PreparedBaseline,
  part: EvaluatedSplitRows,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<BaselinePredictions> {
  const { rows } = part;
  const { folder } = contender;
  const { signal, hostContext } = context;
  const { registry } = session.vocabulary;
  const has = baselineCapabilitiesOf(session, call);
  const writing = how.decode &&
    by.is === "model" && { decode: how.decode, max_tokens: how.max_tokens ?? by.handle.plan.max_length };
  const ready = await implementation.ready({
    call,
    task: encoding.task,
    warn,
    has: registry.find("task", encoding.task.call.word)?.capabilities,
    labels: rows.taskInputs.labels,
    batchSize: how.batch_size,
    train: has.trainsOnData(call) ? learntFrom(part, name) : null,
    choosing,
    rows: {
      ...baselineRows(part),
      predictedRows: rows.taskInputs,
      texts: (rows.apart?.().textIndices.length ?? rows.count) / rows.count,
    },
    writing: writing || null,
    host: {
      folder,
      prompted: (base, options) => session.weights.baseModels.prompted(base, hostContext, { ...options, folder }),
      vectors: () =>
        openBaseEmbedder(session, { model: modelProbed(session, contender, by), contender: name }, context),
    },
    ...(signal && { signal }),
    onProgress: (label, done, total) => hostContext.onProgress?.({ label: `${label} by ${name}`, done, total }),
  });
  try {
    const writes = by.is === "model" && writesText(by.handle.plan);
    // Generation takes so long that the warm-up is negligible, and one more text would change the random stream.
    const { all, asking } = await predictRowsWithBaseline(ready, rows.count, { warm: !writes });
    const took = { asking, tokens: all.tokens ?? null };
    const cost = { training: ready.learntIn ?? null, ...took, bytes: ready.bytes ?? null, heldBytes: null };
    const times = measuresLatency(session, how)
      ? await timePredictor(rows.count, { writes, stage: context, name }, (row) => ready.ask(Uint32Array.of(row)))
      : null;
    return { ...answered(all, part, encoding), cost, times, notes: [...(ready.notes ?? []), ...(all.notes ?? [])] };
  } finally {
    await ready.dispose?.();
  }
}

/** `warm`: predicts one row first, as for models, so that start-up is not part of the measured time. */
export async function predictRowsWithBaseline(
  ready: Pick<FittedBaseline, "ask">,
  count: number,
  { warm }: { readonly warm: boolean },
): Promise<{ readonly all: BaselineOutputs; readonly asking: number }> {
  if (warm && count > 0) await ready.ask(Uint32Array.of(0));
  const begun = performance.now();
  const all = await ready.ask(Uint32Array.from({ length: count }, (_, row) => row));
  return { all, asking: (performance.now() - begun) / 1000 };
}

/** Returns the model whose base is used: the named one, or the one that the baseline is compared to. */
function modelProbed({ models }: OpenSession, contender: Baseline, by: MeasuredModel["by"]): ModelPlan {
  const beside = by.is === "model" ? by.handle : null;
  return modelPlanOf("baseOf" in contender ? models.get(contender.baseOf) : mustExist(beside, "a model"));
}
/** Converts a baseline's outputs to the form in which a model's predictions or texts are scored. */
function answered(
  all: BaselineOutputs,
  { prepared, split }: EvaluatedSplitRows,
  { task }: Pick<MeasuredModel["encoding"], "task">,
): Pick<BaselinePredictions, "outputs" | "texts"> {
  if ("outputs" in all) return { outputs: { said: all.outputs }, texts: null };
  const { written } = all;
  if (task.implementation.answers?.scoreWritten) return { outputs: { written }, texts: null };
  return { outputs: { groups: [] }, texts: { written: all.written, ...promptTextsAndTargets(prepared, split) } };
}

/** Returns the rows that a baseline learns from. Coded error `no-rows-to-learn`. */
function learntFrom({ prepared }: EvaluatedSplitRows, contender: string): BaselineRows {
  const has = splitNamesOf(prepared);
  if (!has.includes("train")) throw new CodedError("no-rows-to-learn", { contender, data: prepared.name, has });
  return baselineRows({ prepared, split: "train" });
}

export function baselineRows(part: PreparedDataSplit): BaselineRows {
  const { prepared, split } = part;
  const count = prepared.streamed?.[split]?.rows ?? prepared.splits[split]?.numRows() ?? 0;
  return { count, values: (role) => roleValuesOf(part, role) };
}

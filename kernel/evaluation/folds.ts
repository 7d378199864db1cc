/**
 * Scores the models of all folds together: each predicts the rows it was not trained on, and all predictions are scored
 * as one model's. The scores of each fold are shown next to them.
 */
import type { ColumnTable } from "arquero";
import { CodedError, mustExist } from "#dsl/language/diagnostics/codes.js";
import type { FoldModel, ActionSubject } from "#dsl/compiler/plan/action.js";
import { dataReadingSettingsOf } from "#dsl/language/types/value.js";
import type { PreparedData } from "../data/prepared.js";
import type { FoldScores } from "../display/scores/folds.js";
import { encodeSplit } from "../data/encoding/encoded.js";
import type { ExecutionContext } from "../session/execution-context.js";
import type { OpenSession } from "../session/open-session.js";
import { measurePredictions, trainingSecondsOf, type EvaluationSettings, type MeasuredModel } from "./evaluate-once.js";
import { predictSplit, type ModelPredictions } from "./split-predictions.js";
import { sumCosts } from "../inference/evaluations/evaluation.js";

export async function evaluateFolds(
  session: OpenSession,
  name: string,
  foldModels: readonly FoldModel[],
  subject: ActionSubject,
  how: EvaluationSettings,
  context: ExecutionContext,
): Promise<MeasuredModel> {
  if (!("data" in subject)) throw new CodedError("internal", { what: "evaluate works on data only" });
  const parts: ModelPredictions[] = [];
  const folds: FoldScores[] = [];
  let trained = 0;
  for (const { name: fold, data } of foldModels) {
    const handle = session.models.get(fold);
    const part = await predictSplit(session, handle, { data, split: "validation" }, how, context);
    parts.push(part);
    const by = { is: "model", handle, learnt: null } as const;
    const foldPart = { ...part, by, name: fold, on: data.name, parts: [part] };
    const { evaluation } = await measurePredictions(session, foldPart, how);
    trained += trainingSecondsOf(handle) ?? Number.NaN;
    folds.push({ model: fold, rows: evaluation.rows, metrics: evaluation.metrics });
  }
  const first = session.models.get(mustExist(foldModels[0], "the first fold").name);
  const { encoding } = mustExist(parts[0], "the first fold");
  const reader = dataReadingSettingsOf(first.plan);
  const prepared = inOne(await session.datasets.data(subject.data, reader, context.hostContext));
  const rows = await encodeSplit(prepared, { data: subject.data.name, split: "all" }, encoding);
  const handle = session.models.unnamed(first.plan, name);
  handle.weights = first.weights;
  const cost = { ...sumCosts(parts.map((part) => part.cost)), training: Number.isNaN(trained) ? null : trained };
  const by = { is: "model", handle, learnt: null } as const;
  const whole = { prepared, split: "all", encoding, rows, folds, partsAsked: parts };
  return measurePredictions(session, { ...whole, by, cost, name, on: subject.data.name, parts }, how);
}

/** The rows of all folds as one split, concatenated in order. Cached per data set, like everything derived from it. */
const joined = new WeakMap<PreparedData, PreparedData>();

function inOne(prepared: PreparedData): PreparedData {
  const known = joined.get(prepared);
  if (known) return known;
  if (prepared.streamed)
    throw new CodedError("cannot-stream", {
      what: "`evaluate` on folds",
      why: "the rows of all folds are scored at once",
    });
  const [first, ...rest] = Object.values(prepared.splits);
  const all: ColumnTable = mustExist(first, "the first fold").concat(...rest);
  const made = { ...prepared, splits: { all } };
  joined.set(prepared, made);
  return made;
}

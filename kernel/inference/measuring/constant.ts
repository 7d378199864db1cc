/** The best constant prediction, scored on the same rows: the baseline that a model must beat. */
import type { ConstantBaseline, BaselineSourceRows, ScoredOutcome } from "#stdlib/tasks/kind.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/value.js";
import { splitNamesOf, type PreparedData } from "../../data/prepared.js";
import type { EncodedRows, RowEncodingOptions } from "../../data/encoding/encoded.js";
import type { TrainingRowRecord } from "../../runs/learnt-rows.js";
import type { TrainedWeights } from "../../runs/weights.js";
import { roleValuesOf, type PreparedDataSplit } from "../../runs/split-rows.js";
import { targetValuesFromCounts } from "../../runs/tally.js";

export interface ScoredConstantBaseline {
  readonly name: string;
  /** Whether it was derived from the training rows; otherwise from the scored rows. */
  readonly learnt: boolean;
  readonly scored: ScoredOutcome;
  /** Whether it predicts probabilities. */
  readonly likelihood: boolean;
  /** Baselines for metrics with another best constant (their capability `constant`). */
  readonly others: readonly { readonly by: string; readonly name: string; readonly scored: ScoredOutcome }[];
}
/** Returns previously prepared data if they still exist. */
export type PreparedDataFinder = (data: DataPlan) => Promise<PreparedData> | null;

/**
 * Scores the best constant prediction. Returns null if no prediction makes sense for all rows. `learnt` is the record
 * of the training rows.
 */
export async function scoreConstantBaseline(
  model: { readonly weights: TrainedWeights | null; readonly learnt: TrainingRowRecord | null },
  options: {
    readonly rows: EncodedRows;
    readonly encoding: RowEncodingOptions;
    readonly scored: PreparedDataSplit;
    readonly findPrepared: PreparedDataFinder;
  },
): Promise<ScoredConstantBaseline | null> {
  const { rows, encoding } = options;
  const { taught } = rows;
  const { constant: constantOf, score: scoreOf } = encoding.task.implementation.answers ?? {};
  if (!constantOf || !scoreOf || !taught) return null;
  const constantFrom = (values: BaselineSourceRows["values"]): ConstantBaseline | null =>
    constantOf({ labels: encoding.labels, call: encoding.task.call, values });
  const ofRows = (part: PreparedDataSplit): ConstantBaseline | null => constantFrom((role) => roleValuesOf(part, role));
  // With several data sets in sequence, the record of the last one does not describe an earlier one's answers.
  const { learnt, weights } = learntElsewhere(model.weights, options.scored) ? { learnt: null, weights: null } : model;
  // A private training records none of its answers.
  const learntConstant =
    learnt && learnt.rows.length > 0 && constantFrom((role) => targetValuesFromCounts(learnt.answers, role));
  const part = learntConstant || !weights ? null : await learntFrom(weights, options.findPrepared);
  const known = learntConstant ?? (part && ofRows(part));
  const constant = known ?? ofRows(options.scored);
  if (!constant) return null;
  const score = ({ predict: answerOf }: Pick<ConstantBaseline, "predict">): ScoredOutcome =>
    scoreOf(
      Array.from({ length: rows.apart?.().textIndices.length ?? rows.taskInputs.count }, (_, row) =>
        answerOf(rows.taskInputs, row),
      ),
      taught,
      rows.taskInputs,
    );
  return {
    name: constant.name,
    learnt: known !== null,
    scored: score(constant),
    likelihood: constant.likelihood ?? true,
    others: Object.entries(constant.others ?? {}).map(([by, other]) => ({
      by,
      name: other.name,
      scored: score(other),
    })),
  };
}

/** Whether the model was trained on several data sets in sequence, and the rows belong to one other than the last. */
const learntElsewhere = (weights: TrainedWeights | null, { prepared }: PreparedDataSplit): boolean =>
  weights?.plan.recipe.update !== undefined && weights.data.hash !== prepared.facts.hash;

/** Returns the training rows, if they are available and unchanged. */
async function learntFrom(
  { plan: { recipe }, data }: TrainedWeights,
  keptOf: PreparedDataFinder,
): Promise<PreparedDataSplit | null> {
  const preparedData = keptOf(recipe.data);
  if (!preparedData) return null;
  try {
    const prepared = await preparedData;
    if (prepared.facts.hash !== data.hash) return null;
    return { prepared, split: splitNamesOf(prepared).includes("train") ? "train" : "all" };
  } catch (error) {
    if (error instanceof CodedError) return null; // the data can no longer be read: use the scored rows instead
    throw error;
  }
}

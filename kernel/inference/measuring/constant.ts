/** The best answer that never changes, scored on the same rows: what a model must beat. */
import type { ConstantBaseline, BaselineSourceRows, ScoredOutcome } from "#stdlib/tasks/kind.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import { splitNamesOf, type PreparedData } from "../../data/prepared.js";
import type { EncodedRows, RowEncoding } from "../../data/encoding/encoded.js";
import type { LearntRecord } from "../../runs/learnt-rows.js";
import type { TrainedWeights } from "../../runs/weights.js";
import { roleValuesOf, type DataPart } from "../../runs/part.js";
import { tallyValues } from "../../runs/tally.js";

export interface ScoredConstant {
  readonly name: string;
  /** Whether it is that of the rows that the model learnt from; else of those that are scored. */
  readonly learnt: boolean;
  readonly scored: ScoredOutcome;
  /** Whether it says how likely answers are. */
  readonly likelihood: boolean;
  /** Of metrics for which another answer is the best (their capability `constant`). */
  readonly others: readonly { readonly by: string; readonly name: string; readonly scored: ScoredOutcome }[];
}
/** Data as they were prepared before, where they still are. */
export type FindPreparedData = (data: DataPlan) => Promise<PreparedData> | null;

/** Null: no answer makes sense for all rows. `learnt`: what is kept of the rows that the model learnt from. */
export async function scoreConstant(
  model: { readonly weights: TrainedWeights | null; readonly learnt: LearntRecord | null },
  options: {
    readonly rows: EncodedRows;
    readonly encoding: RowEncoding;
    readonly scored: DataPart;
    readonly findPrepared: FindPreparedData;
  },
): Promise<ScoredConstant | null> {
  const { rows, encoding } = options;
  const { taught } = rows;
  const { constant: constantOf, score: scoreOf } = encoding.task.implementation.answers ?? {};
  if (!constantOf || !scoreOf || !taught) return null;
  const constantFrom = (values: BaselineSourceRows["values"]): ConstantBaseline | null =>
    constantOf({ labels: encoding.labels, call: encoding.task.call, values });
  const ofRows = (part: DataPart): ConstantBaseline | null => constantFrom((role) => roleValuesOf(part, role));
  // What the last of several data says of answers is none of an earlier one's business.
  const { learnt, weights } = learntElsewhere(model.weights, options.scored) ? { learnt: null, weights: null } : model;
  // Of a private training nothing is kept of its answers.
  const learntConstant = learnt && learnt.rows.length > 0 && constantFrom((role) => tallyValues(learnt.answers, role));
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

/** Whether a model learnt several data one after the other, and the rows are of another than the last. */
const learntElsewhere = (weights: TrainedWeights | null, { prepared }: DataPart): boolean =>
  weights?.plan.recipe.update !== undefined && weights.data.hash !== prepared.facts.hash;

/** The rows that a model learnt from, where they are at hand and still the same. */
async function learntFrom(
  { plan: { recipe }, data }: TrainedWeights,
  keptOf: FindPreparedData,
): Promise<DataPart | null> {
  const preparedData = keptOf(recipe.data);
  if (!preparedData) return null;
  try {
    const prepared = await preparedData;
    if (prepared.facts.hash !== data.hash) return null;
    return { prepared, split: splitNamesOf(prepared).includes("train") ? "train" : "all" };
  } catch (error) {
    if (error instanceof CodedError) return null; // it can't be read any more: the rows that are scored serve
    throw error;
  }
}

/** The best answer that never changes, scored on the same rows: what a model must beat. */
import type { Constant, RowsOfAnswers, Scored } from "#stdlib/tasks/kind.js";
import { CodedError } from "#dsl/language/diagnostics/codes.js";
import type { DataPlan } from "#dsl/language/types/subject.js";
import { splitNamesOf, type Prepared } from "../../data/prepared.js";
import type { Encoded, Encoding } from "../../data/encoding/encoded.js";
import type { Learnt } from "../../runs/learnt-rows.js";
import type { Weights } from "../../runs/weights.js";
import { valuesOf, type Part } from "../../runs/part.js";
import { valuesIn } from "../../runs/tally.js";

export interface ScoredConstant {
  readonly name: string;
  /** Whether it is that of the rows that the model learnt from; else of those that are scored. */
  readonly learnt: boolean;
  readonly scored: Scored;
  /** Whether it says how likely answers are. */
  readonly likelihood: boolean;
  /** Of metrics for which another answer is the best (their capability `constant`). */
  readonly others: readonly { readonly by: string; readonly name: string; readonly scored: Scored }[];
}
/** Data as they were prepared before, where they still are. */
export type KeptData = (data: DataPlan) => Promise<Prepared> | null;

/** Null: no answer makes sense for all rows. `learnt`: what is kept of the rows that the model learnt from. */
export async function constantOf(
  model: { readonly weights: Weights | null; readonly learnt: Learnt | null },
  o: { readonly rows: Encoded; readonly encoding: Encoding; readonly scored: Part; readonly kept: KeptData },
): Promise<ScoredConstant | null> {
  const { rows, encoding } = o;
  const { taught } = rows;
  const { constant: constantOf, score: scoreOf } = encoding.task.implementation.answers ?? {};
  if (!constantOf || !scoreOf || !taught) return null;
  const of = (values: RowsOfAnswers["values"]): Constant | null =>
    constantOf({ labels: encoding.labels, call: encoding.task.call, values });
  const ofRows = (part: Part): Constant | null => of((role) => valuesOf(part, role));
  // What the last of several data says of answers is none of an earlier one's business.
  const { learnt, weights } = learntElsewhere(model.weights, o.scored) ? { learnt: null, weights: null } : model;
  // Of a private training nothing is kept of its answers.
  const kept = learnt && learnt.rows.length > 0 && of((role) => valuesIn(learnt.answers, role));
  const part = kept || !weights ? null : await learntFrom(weights, o.kept);
  const own = kept ?? (part && ofRows(part));
  const constant = own ?? ofRows(o.scored);
  if (!constant) return null;
  const score = ({ said }: Pick<Constant, "said">): Scored =>
    scoreOf(
      Array.from({ length: rows.apart?.().of.length ?? rows.asked.count }, (_, row) => said(rows.asked, row)),
      taught,
      rows.asked,
    );
  return {
    name: constant.name,
    learnt: own !== null,
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
const learntElsewhere = (weights: Weights | null, { prepared }: Part): boolean =>
  weights?.plan.recipe.update !== undefined && weights.data.hash !== prepared.facts.hash;

/** The rows that a model learnt from, where they are at hand and still the same. */
async function learntFrom({ plan: { recipe }, data }: Weights, keptOf: KeptData): Promise<Part | null> {
  const kept = keptOf(recipe.data);
  if (!kept) return null;
  try {
    const prepared = await kept;
    if (prepared.facts.hash !== data.hash) return null;
    return { prepared, split: splitNamesOf(prepared).includes("train") ? "train" : "all" };
  } catch (error) {
    if (error instanceof CodedError) return null; // it can't be read any more: the rows that are scored serve
    throw error;
  }
}

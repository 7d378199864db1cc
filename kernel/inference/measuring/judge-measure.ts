/** A judge's verdicts as a metric: a model's texts compared with the targets or with another model's texts. */
import type { Call } from "#dsl/language/types/value.js";
import type { JudgeImplementation } from "#stdlib/judging/judge.js";
import type { GeneratedTextMetricInput } from "#stdlib/metrics/kind.js";
import { rowSumsSampler, rowMeansOf, scoreOfAllRows } from "#stdlib/metrics/shared/row-sums.js";
import { resamplingOf } from "#stdlib/metrics/shared/resampled-outcomes.js";
import type { MeasuredMetric } from "./comparison.js";
import { judgePairs, type JudgingOptions } from "../judging/judge-pairs.js";

/** Judging options (sending texts to the judge named in the program is allowed), and the texts to compare with. */
export interface JudgeMeasureOptions extends JudgingOptions {
  /**
   * Texts of the first of several models; `itself`: these texts are the first model's; null: only one model is scored.
   */
  readonly beside: readonly string[] | "itself" | null;
}
type Judged = Pick<MeasuredMetric, "value" | "resampling" | "why" | "notes">;

export const UNJUDGED_MEASURE: Judged = { value: Number.NaN, why: "no request was made", resampling: null };

/** Throws the coded errors of judges. */
export async function measureByJudge(
  judge: JudgeImplementation,
  call: Call,
  texts: GeneratedTextMetricInput | null,
  { beside, ...options }: JudgeMeasureOptions,
): Promise<Judged> {
  if (!texts) return { ...UNJUDGED_MEASURE, why: "there are no texts" };
  const { written: second, targets, asked: prompts } = texts;
  if (second.length === 0) return { ...UNJUDGED_MEASURE, why: "there are no rows" };
  const others = call.arguments["against"] === "target" ? null : beside;
  if (others === "itself")
    return {
      ...scored(new Float64Array(second.length).fill(0.5)),
      notes: ["the other models are compared with this one"],
    };
  if (others && others.length !== second.length)
    return { ...UNJUDGED_MEASURE, why: "the first model wrote other rows" };
  const { scores, notes } = await judgePairs(judge, call, { prompts, first: others ?? targets, second }, options);
  return { ...scored(scores), notes };
}

function scored(scores: Float64Array): Pick<Judged, "value" | "resampling"> {
  const sums = rowMeansOf(scores.length, (row) => scores[row] ?? Number.NaN);
  return { value: scoreOfAllRows(sums), resampling: resamplingOf(scores.length, rowSumsSampler(sums)) };
}

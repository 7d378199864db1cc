/** What evaluations of a session showed, kept as data for the reports that are written of its models. */
import type { EvaluationReport } from "../../display/scores/evaluation.js";
import type { Shown } from "../../display/bundle-output.js";

export interface KeptEvaluation {
  /** Models, and what stood beside them. */
  readonly names: readonly string[];
  readonly report: EvaluationReport;
  /** Folds, seeds, slices. */
  readonly more: readonly Shown[];
}
/** No more are kept. */
const MOST = 40;

/** One of the same names on the same rows takes the place of the one before it. */
export function keepEvaluation(all: KeptEvaluation[], one: KeptEvaluation): void {
  const key = ({ names, report }: KeptEvaluation): string => JSON.stringify([names, report.on]);
  const before = all.findIndex((other) => key(other) === key(one));
  if (before >= 0) all.splice(before, 1);
  all.push(one);
  if (all.length > MOST) all.shift();
}

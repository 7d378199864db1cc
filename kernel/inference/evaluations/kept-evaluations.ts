/** What evaluations of a session showed, kept as data for the reports that are written of its models. */
import type { EvaluationReport } from "../../display/scores/evaluation.js";
import type { DisplayOutput } from "../../display/bundle-output.js";

export interface SavedEvaluation {
  /** Models, and what stood beside them. */
  readonly names: readonly string[];
  readonly report: EvaluationReport;
  /** Folds, seeds, slices. */
  readonly more: readonly DisplayOutput[];
}
/** No more are kept. */
const MOST = 40;

/** One of the same names on the same rows takes the place of the one before it. */
export function saveEvaluation(all: SavedEvaluation[], one: SavedEvaluation): void {
  const key = ({ names, report }: SavedEvaluation): string => JSON.stringify([names, report.on]);
  const before = all.findIndex((other) => key(other) === key(one));
  if (before >= 0) all.splice(before, 1);
  all.push(one);
  if (all.length > MOST) all.shift();
}

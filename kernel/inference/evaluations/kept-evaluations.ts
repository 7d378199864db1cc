/** The displayed evaluations of a session, stored as data for reports on its models. */
import type { EvaluationReport } from "../../display/scores/evaluation.js";
import type { DisplayOutput } from "../../display/html.js";

export interface SavedEvaluation {
  readonly names: readonly string[];
  readonly report: EvaluationReport;
  readonly more: readonly DisplayOutput[];
}
const MOST = 40;

/** An evaluation of the same names on the same rows replaces the earlier one. */
export function addOrReplaceEvaluation(all: SavedEvaluation[], one: SavedEvaluation): void {
  const key = ({ names, report }: SavedEvaluation): string => JSON.stringify([names, report.on]);
  const before = all.findIndex((other) => key(other) === key(one));
  if (before >= 0) all.splice(before, 1);
  all.push(one);
  if (all.length > MOST) all.shift();
}

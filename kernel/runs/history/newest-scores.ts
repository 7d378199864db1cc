/**
 * Scores of a run for the table of runs: the newest of each metric per data set, and its validation scores. All values
 * are sanitized for display.
 */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import { metricCapabilities } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { clip, oneLine, printable } from "../../host/text.js";
import type { TrialListing } from "../together/trials.js";
import type { RunScore } from "./run-scores.js";
import { finiteNumber } from "../../events/finite.js";

export interface ListedScore {
  /** `accuracy`; for a validation during training `validation accuracy`. */
  readonly metric: string;
  /** Null if it was not a finite number. */
  readonly value: number | null;
  /** Reason for a missing value, if recorded. */
  readonly why?: string;
  readonly low: number | null;
  readonly high: number | null;
  readonly better: MetricDirection;
  /** For example `reviews.test`. */
  readonly on: string;
  /** Identifies the scored rows: scores are comparable only if it is equal. */
  readonly rows: string;
  readonly count: number | null;
  readonly step: number;
  /** ISO 8601; null if not recorded. */
  readonly at: string | null;
}

/** Maximum number of scores per run. */
const most = 64;

/** Newest first; within an evaluation in the order of its metrics. */
export function newestScores(scores: readonly RunScore[]): readonly ListedScore[] {
  const found = new Map<string, ListedScore>();
  for (const score of scores.toReversed())
    for (const [name, value] of Object.entries(score.metrics)) {
      const listed = listedScoreOf(score, name, value);
      const key = `${listed.metric} ${listed.rows}`;
      if (found.size < most && !found.has(key)) found.set(key, listed);
    }
  return [...found.values()];
}

export function listedScoreOf(
  score: RunScore,
  name: string,
  { value, low, high, better, why }: RunScore["metrics"][string],
): ListedScore {
  return {
    metric: plain(name),
    value: finiteNumber(value),
    ...(typeof why === "string" && finiteNumber(value) === null && { why: clip(oneLine(printable(why)), 200) }),
    low: finiteNumber(low),
    high: finiteNumber(high),
    better,
    on: plain(typeof score.split === "string" ? `${score.data}.${score.split}` : score.data),
    rows: evaluationRowsKey(score.dataHash, score.split),
    count: finiteNumber(score.rows),
    step: score.step,
    at: Number.isNaN(Date.parse(score.at)) ? null : new Date(score.at).toISOString(),
  };
}

/** Returns the scores at the final checkpoint's step. `dataHash`: hash of the training data. */
export function validationScores(
  validation: { readonly step: number; readonly scores: Readonly<Record<string, number>> } | null,
  data: string | null,
  dataHash: string | null,
): readonly ListedScore[] {
  if (!validation) return [];
  return Object.entries(validation.scores)
    .slice(0, most)
    .map(([name, value]) => ({
      metric: `validation ${plain(name)}`,
      value: finiteNumber(value),
      low: null,
      high: null,
      better: metricDirection(name),
      on: `${data ?? "data"}.validation`,
      rows: evaluationRowsKey(dataHash ?? "?", "validation"),
      count: null,
      step: validation.step,
      at: null,
    }));
}

/**
 * Adds the trial's objective value if its log has no validation with that metric. `place`: as in `validationScores`.
 */
export function withTrialGoal(
  scores: readonly ListedScore[],
  trial: TrialListing | null,
  place: readonly [data: string | null, dataHash: string | null],
): readonly ListedScore[] {
  if (!trial?.goal || trial.score === null) return scores;
  const { metric, direction } = trial.goal;
  const goal = validationScores({ step: 0, scores: { [metric]: trial.score } }, ...place).map((one) => ({
    ...one,
    better: direction === "minimize" ? ("less" as const) : ("greater" as const),
  }));
  return [...scores, ...goal.filter((one) => !scores.some((other) => other.metric === one.metric))];
}

/** Looks up the metric's word; for unknown metrics, guesses by the name. */
export function metricDirection(name: string): MetricDirection {
  const better = metricCapabilities(name, registry)?.better;
  if (better !== undefined) return better;
  return /loss|error/i.test(name) ? "less" : "greater";
}

/** Returns a key that identifies the rows of an evaluation. */
export function evaluationRowsKey(dataHash: string, split: unknown): string {
  return clip(`${dataHash}/${typeof split === "string" ? split : ""}`, 200);
}
/** Returns a short hash that distinguishes rows with the same name. */
export function shortDataHash(rows: string): string {
  return plain(rows.split("/")[0]!.slice(0, 6));
}
function plain(text: string): string {
  return clip(oneLine(printable(text)), 80);
}

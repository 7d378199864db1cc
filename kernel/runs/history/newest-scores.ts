/**
 * The scores of a run as the table of runs holds them: the newest of each metric on each data, and what its validations
 * said while it trained. Everything comes as text and figures that can be shown.
 */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import { metricCapabilities } from "#stdlib/metrics/shared/metric-name.js";
import { registry } from "#stdlib/registry.js";
import { clip, oneLine, printable } from "../../host/text.js";
import type { TrialListing } from "../together/trials.js";
import type { RunScore } from "./run-scores.js";
import { finiteNumber } from "../../events/finite.js";

export interface ListedScore {
  /** `accuracy`; of a validation in training `validation accuracy`. */
  readonly metric: string;
  /** Null: it was no finite number. */
  readonly value: number | null;
  /** Of none: the reason, where one is kept. */
  readonly why?: string;
  readonly low: number | null;
  readonly high: number | null;
  readonly better: MetricDirection;
  /** `reviews.test`. */
  readonly on: string;
  /** What makes two scores comparable: the rows that were scored. */
  readonly rows: string;
  readonly count: number | null;
  readonly step: number;
  /** ISO 8601; null: it doesn't say. */
  readonly at: string | null;
}

/** No more of a run are kept. */
const most = 64;

/** Newest first, in the order of its metrics within an evaluation. */
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

/** Of the step whose checkpoint is kept. `dataHash`: of the data it trains on. */
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

/** With what the trial's sweep was after, where its log has no validation by that metric. `place`: as of `validationScores`. */
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

/** By the metric's word; of one that is not known here, by what it is called. */
export function metricDirection(name: string): MetricDirection {
  const better = metricCapabilities(name, registry)?.better;
  if (better !== undefined) return better;
  return /loss|error/i.test(name) ? "less" : "greater";
}

/** What tells rows of one evaluation from those of another. */
export function evaluationRowsKey(dataHash: string, split: unknown): string {
  return clip(`${dataHash}/${typeof split === "string" ? split : ""}`, 200);
}
/** In short: what tells rows apart that go by one name. */
export function shortDataHash(rows: string): string {
  return plain(rows.split("/")[0]!.slice(0, 6));
}
function plain(text: string): string {
  return clip(oneLine(printable(text)), 80);
}

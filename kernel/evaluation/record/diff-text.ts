/** Comparison of two runs as text and as JSON. */
import { significantText } from "../../host/value-text.js";
import { epsilonText } from "../../display/curves/time-spent.js";
import { textTable } from "../../display/text-table.js";
import type { ListedScore } from "../../runs/history/newest-scores.js";
import {
  compareRunRecords,
  type RecordDifference,
  type RecordDifferences,
} from "../../runs/record/record-differences.js";
import { scoreDifferencesOf, type ScoreDifferenceBetweenRuns, type ScoreDifferences } from "./moved-scores.js";
import { rowChangesText } from "../../runs/record/rows-changed.js";
import type { ComparedRunRecord } from "../../runs/record/compared-run.js";

export interface RunDiff extends RecordDifferences {
  readonly here: string;
  readonly there: string;
  readonly scores: ScoreDifferences;
  /** ε that each run has spent; null if it isn't private. Absent if neither is. */
  readonly spent?: { readonly here: number | null; readonly there: number | null };
  /** Inputs that older runs did not record. */
  readonly older: readonly string[];
}

export function runDiffOf(here: ComparedRunRecord, there: ComparedRunRecord): RunDiff {
  return {
    here: here.run.id,
    there: there.run.id,
    ...compareRunRecords(here, there),
    scores: scoreDifferencesOf(here.scores, there.scores),
    ...((here.epsilon !== undefined || there.epsilon !== undefined) && {
      spent: { here: here.epsilon ?? null, there: there.epsilon ?? null },
    }),
    older: [here, there].filter(({ record }) => record === null).map(({ run }) => run.id),
  };
}

export function runDiffText({ here, there, numbers, others, scores, spent, older }: RunDiff): string {
  const parts = [
    `${here} → ${there}`,
    ...(older.length > 0
      ? [`${older.join(" and ")} ${older.length > 1 ? "keep" : "keeps"} no record of files, versions and machine.`]
      : []),
    numbers.length > 0
      ? `Differences that can change numbers:\n${recordDifferencesText(numbers)}`
      : `Nothing ${older.length > 0 ? "that is known " : ""}differs that can change numbers.`,
    ...(others.length > 0 ? [`Other differences:\n${recordDifferencesText(others)}`] : []),
    scoresText(scores),
    ...(spent ? [`Privacy spent: ${[spent.here, spent.there].map(spentOf).join(" → ")}`] : []),
  ];
  return `${parts.join("\n\n")}\n`;
}

const spentOf = (epsilon: number | null): string => (epsilon === null ? "none is promised" : epsilonText(epsilon));

export function recordDifferencesText(all: readonly RecordDifference[]): string {
  const lines = all.flatMap(({ group, what, here, there, rows }, i) => [
    [all[i - 1]?.group === group ? "" : group, what, `${here ?? "–"} → ${there ?? "–"}`],
    ...(rows ? [["", "", rowChangesText(rows)]] : []),
  ]);
  return indented(textTable(null, lines));
}

function scoresText({ moved, here, there }: ScoreDifferences): string {
  if (moved.length === 0) return "No score is known of both.";
  const lines = moved.map((one) => [
    ...[one.metric, `on ${one.on}`, scoreText(one.here), "→", scoreText(one.there)],
    ...[movedText(one), [...(one.sameRows ? [] : ["other rows"]), ...(one.verdict ? [one.verdict] : [])].join(", ")],
  ]);
  const one = [...here.map((score) => ["first", score] as const), ...there.map((score) => ["second", score] as const)];
  const only = one.map(([which, { metric, on }]) => `${metric} on ${on} (${which})`);
  return [
    `Scores, and by how much they moved:\n${indented(textTable(null, lines))}`,
    ...(moved.some(({ interval }) => interval)
      ? ["Intervals are 95 %, for independent rows: `evaluate` of both on the same rows gives narrower ones."]
      : []),
    ...(only.length > 0 ? [`Known of one alone: ${only.join(", ")}`] : []),
  ].join("\n");
}
function scoreText({ value, low, high }: ListedScore): string {
  if (value === null) return "none";
  return low === null || high === null
    ? significantText(value)
    : `${significantText(value)} (${significantText(low)} – ${significantText(high)})`;
}
function movedText({ difference, interval }: ScoreDifferenceBetweenRuns): string {
  if (difference === null) return "";
  if (difference === 0) return "the same";
  const by = signedText(difference);
  return interval ? `${by} (${signedText(interval.low)} … ${signedText(interval.high)})` : by;
}
export function signedText(x: number): string {
  return `${x < 0 ? "−" : "+"}${significantText(Math.abs(x), 3)}`;
}
const indented = (text: string): string => text.replace(/^/gm, "  ");

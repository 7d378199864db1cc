/**
 * Evaluation scores of a run's weights: `scores.jsonl` in its folder, one line per evaluated model, data and split,
 * oldest first. Written by `evaluate`, also for a reopened run; read by the table of runs.
 */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import * as v from "valibot";
import { objectWith, anyNumber, jsonObject, dictionaryOf, type Schema } from "../../fetch/json.js";
import { parseLog } from "../log-lines.js";
import { readRegularFile } from "../read-events.js";
import type { RunFolder } from "../run-folder.js";

export interface ScoreValue {
  /** NaN if it is undefined on these rows, like a correlation with a constant. */
  readonly value: number;
  /** Ends of its 95 % interval; null if there is none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly better: MetricDirection;
  /** Reason for NaN. */
  readonly why?: string;
}
/** Scores of slices of the rows. */
export interface SliceScores {
  /** What defines the slices: a column, `length in words`. */
  readonly by: string;
  readonly slices: readonly {
    readonly name: string;
    readonly rows: number;
    /** Null if there are too few rows. */
    readonly metrics: Readonly<Record<string, Pick<ScoreValue, "value" | "low" | "high">>> | null;
  }[];
  /**
   * Per metric, the greatest score of a slice minus the smallest. Unset if fewer than two slices have scores, or if not
   * requested.
   */
  readonly differences?: Readonly<Record<string, SavedSliceDifference>>;
}
export interface SavedSliceDifference extends Pick<ScoreValue, "value" | "low" | "high"> {
  /** Names of the slices. */
  readonly greatest: string;
  readonly least: string;
}
export interface AttackScores {
  /** The attack as written. */
  readonly attack: string;
  readonly figures: readonly SavedAttackMeasure[];
  readonly found: boolean;
  readonly said: string;
  readonly how: string;
}
export interface SavedAttackMeasure extends Pick<ScoreValue, "value" | "low" | "high"> {
  readonly name: string;
  /** Value at chance level, and the greatest value that chance explains (null if unknown). */
  readonly chance: number;
  readonly most: number | null;
}
export interface RunScore {
  /** ISO 8601. */
  readonly at: string;
  /** Step of the evaluated checkpoint. */
  readonly step: number;
  readonly data: string;
  /** Null for data without splits. */
  readonly split: string | null;
  /** Content hash of the evaluated data, so that scores of other rows are not compared. */
  readonly dataHash: string;
  readonly rows: number;
  /** Keyed by the metric as written: `f1(macro)`. */
  readonly metrics: Readonly<Record<string, ScoreValue>>;
  readonly slices?: readonly SliceScores[];
  readonly attacks?: readonly AttackScores[];
}

export function appendRunScore(run: RunFolder, { at: time, ...score }: RunScore): void {
  run.appendLine(run.scoresFile, { at: time, ...score });
}

export function readRunScores(run: RunFolder): readonly RunScore[] {
  return parseRunScores(readRegularFile(run.scoresFile) ?? "");
}

/** Skips truncated or foreign lines, and invalid metrics of valid lines. */
export function parseRunScores(text: string): readonly RunScore[] {
  return parseLog(text, "at").flatMap((record) => scoreFrom(record) ?? []);
}

function scoreFrom(record: Readonly<Record<string, unknown>>): RunScore | null {
  const found = v.safeParse(scoreLine, record);
  if (!found.success) return null;
  const metrics = Object.entries(found.output.metrics).flatMap(([name, one]) => {
    const value = v.safeParse(scoreValue, one);
    return value.success ? [[name, value.output] as const] : [];
  });
  return metrics.length === 0 ? null : { ...found.output, metrics: Object.fromEntries(metrics) };
}

const end = v.fallback(v.nullable(anyNumber), null);
// Other programs write `null` for a value that is not a number.
const scored = v.pipe(
  v.nullable(anyNumber),
  v.transform((value) => value ?? Number.NaN),
);
const scoreValue: Schema<ScoreValue> = objectWith({
  value: scored,
  low: v.optional(end, null),
  high: v.optional(end, null),
  better: v.optional(v.fallback(v.picklist(["greater", "less", "none"]), "greater"), "greater"),
  why: v.exactOptional(v.string()),
});
const partDifference: Schema<SavedSliceDifference> = objectWith({
  greatest: v.string(),
  least: v.string(),
  value: anyNumber,
  low: v.optional(end, null),
  high: v.optional(end, null),
});
const sliceScores: Schema<readonly SliceScores[]> = v.array(
  objectWith({
    by: v.string(),
    slices: v.array(
      objectWith({
        name: v.string(),
        rows: anyNumber,
        metrics: v.nullable(
          dictionaryOf(objectWith({ value: scored, low: v.optional(end, null), high: v.optional(end, null) })),
        ),
      }),
    ),
    differences: v.exactOptional(v.fallback(dictionaryOf(partDifference), {})),
  }),
);
const attackScores: Schema<readonly AttackScores[]> = v.array(
  objectWith({
    attack: v.string(),
    found: v.boolean(),
    said: v.string(),
    how: v.string(),
    figures: v.array(
      objectWith({
        name: v.string(),
        value: scored,
        low: v.optional(end, null),
        high: v.optional(end, null),
        chance: anyNumber,
        most: v.optional(end, null),
      }),
    ),
  }),
);
const scoreLine = objectWith({
  at: v.string(),
  step: anyNumber,
  data: v.string(),
  split: v.optional(v.fallback(v.nullable(v.string()), null), null),
  dataHash: v.string(),
  rows: anyNumber,
  metrics: jsonObject,
  slices: v.exactOptional(v.fallback(sliceScores, [])),
  attacks: v.exactOptional(v.fallback(attackScores, [])),
});

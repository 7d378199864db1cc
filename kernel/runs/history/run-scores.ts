/**
 * What evaluations said of a run's weights: `scores.jsonl` in its folder, a line for each model, data and split that were
 * scored, oldest first. Written by `evaluate`, also of a run that was opened again; read by the table of runs.
 */
import type { MetricDirection } from "#dsl/language/types/capabilities/metric.js";
import * as v from "valibot";
import { objectWith, anyNumber, jsonObject, dictionaryOf, type Schema } from "../../fetch/json.js";
import { parseLog } from "../log-lines.js";
import { readRegularFile } from "../read-regular.js";
import type { RunFolder } from "../run-folder.js";

export interface ScoreValue {
  /** NaN: it has none on these rows, as correlation has none with what never varies. */
  readonly value: number;
  /** Ends of its 95 % interval; null: it has none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly better: MetricDirection;
  /** Of NaN: the reason. */
  readonly why?: string;
}
/** Scores of parts of the rows. */
export interface SliceScores {
  /** What parts them: a column, `length in words`. */
  readonly by: string;
  readonly slices: readonly {
    readonly name: string;
    readonly rows: number;
    /** Null: too few rows to say. */
    readonly metrics: Readonly<Record<string, Pick<ScoreValue, "value" | "low" | "high">>> | null;
  }[];
  /** By metric, the greatest score of a part less the smallest. Absent: fewer than two parts have scores, or nobody asked. */
  readonly differences?: Readonly<Record<string, SavedPartDifference>>;
}
export interface SavedPartDifference extends Pick<ScoreValue, "value" | "low" | "high"> {
  /** Names of the parts. */
  readonly greatest: string;
  readonly least: string;
}
/** What an attack came to. */
export interface AttackScores {
  /** As it is written. */
  readonly attack: string;
  readonly figures: readonly SavedAttackFigure[];
  readonly found: boolean;
  readonly said: string;
  readonly how: string;
}
export interface SavedAttackFigure extends Pick<ScoreValue, "value" | "low" | "high"> {
  readonly name: string;
  /** Where nothing can be told, and up to what chance alone brings it (null: not known). */
  readonly chance: number;
  readonly most: number | null;
}
export interface RunScore {
  /** ISO 8601. */
  readonly at: string;
  /** Of the checkpoint whose weights were scored. */
  readonly step: number;
  readonly data: string;
  /** Null: the undivided data. */
  readonly split: string | null;
  /** Content hash of what was scored, so that scores of other rows are not compared. */
  readonly dataHash: string;
  readonly rows: number;
  /** By the metric's name as it is written: `f1(macro)`. */
  readonly metrics: Readonly<Record<string, ScoreValue>>;
  /** Absent: none were scored. */
  readonly slices?: readonly SliceScores[];
  /** Absent: none were made. */
  readonly attacks?: readonly AttackScores[];
}

export function appendRunScore(run: RunFolder, { at: time, ...score }: RunScore): void {
  run.appendLine(run.scoresFile, { at: time, ...score });
}

/** Of a run's folder. */
export function readRunScores(run: RunFolder): readonly RunScore[] {
  return parseRunScores(readRegularFile(run.scoresFile) ?? "");
}

/** Lines that are torn or not ours are passed over, and so is what is no score among the metrics of one that is. */
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
// JSON of other programs has `null` for what is no number.
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
const partDifference: Schema<SavedPartDifference> = objectWith({
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

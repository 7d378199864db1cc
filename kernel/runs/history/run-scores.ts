/**
 * What evaluations said of a run's weights: `scores.jsonl` in its folder, a line for each model, data and split that were
 * scored, oldest first. Written by `evaluate`, also of a run that was opened again; read by the table of runs.
 */
import type { Direction } from "#dsl/language/types/capabilities/metric.js";
import * as v from "valibot";
import { fields, figure, object, table, type Schema } from "../../fetch/json.js";
import { recordsIn } from "../log-lines.js";
import { readRegular } from "../read-regular.js";
import type { RunFolder } from "../run-folder.js";

export interface ScoreValue {
  /** NaN: it has none on these rows, as correlation has none with what never varies. */
  readonly value: number;
  /** Ends of its 95 % interval; null: it has none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly better: Direction;
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
  readonly differences?: Readonly<Record<string, PartDifferenceKept>>;
}
export interface PartDifferenceKept extends Pick<ScoreValue, "value" | "low" | "high"> {
  /** Names of the parts. */
  readonly greatest: string;
  readonly least: string;
}
/** What an attack came to. */
export interface AttackScores {
  /** As it is written. */
  readonly attack: string;
  readonly figures: readonly AttackFigureKept[];
  readonly found: boolean;
  readonly said: string;
  readonly how: string;
}
export interface AttackFigureKept extends Pick<ScoreValue, "value" | "low" | "high"> {
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

export function appendScore(run: RunFolder, { at, ...score }: RunScore): void {
  run.appendLine(run.scoresFile, { at, ...score });
}

/** Of a run's folder. */
export function scoresOf(run: RunFolder): readonly RunScore[] {
  return scoresIn(readRegular(run.scoresFile) ?? "");
}

/** Lines that are torn or not ours are passed over, and so is what is no score among the metrics of one that is. */
export function scoresIn(text: string): readonly RunScore[] {
  return recordsIn(text, "at").flatMap((record) => scoreFrom(record) ?? []);
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

const end = v.fallback(v.nullable(figure), null);
// JSON of other programs has `null` for what is no number.
const scored = v.pipe(
  v.nullable(figure),
  v.transform((value) => value ?? Number.NaN),
);
const scoreValue: Schema<ScoreValue> = fields({
  value: scored,
  low: v.optional(end, null),
  high: v.optional(end, null),
  better: v.optional(v.fallback(v.picklist(["greater", "less", "none"]), "greater"), "greater"),
  why: v.exactOptional(v.string()),
});
const partDifference: Schema<PartDifferenceKept> = fields({
  greatest: v.string(),
  least: v.string(),
  value: figure,
  low: v.optional(end, null),
  high: v.optional(end, null),
});
const sliceScores: Schema<readonly SliceScores[]> = v.array(
  fields({
    by: v.string(),
    slices: v.array(
      fields({
        name: v.string(),
        rows: figure,
        metrics: v.nullable(table(fields({ value: scored, low: v.optional(end, null), high: v.optional(end, null) }))),
      }),
    ),
    differences: v.exactOptional(v.fallback(table(partDifference), {})),
  }),
);
const attackScores: Schema<readonly AttackScores[]> = v.array(
  fields({
    attack: v.string(),
    found: v.boolean(),
    said: v.string(),
    how: v.string(),
    figures: v.array(
      fields({
        name: v.string(),
        value: scored,
        low: v.optional(end, null),
        high: v.optional(end, null),
        chance: figure,
        most: v.optional(end, null),
      }),
    ),
  }),
);
const scoreLine = fields({
  at: v.string(),
  step: figure,
  data: v.string(),
  split: v.optional(v.fallback(v.nullable(v.string()), null), null),
  dataHash: v.string(),
  rows: figure,
  metrics: object,
  slices: v.exactOptional(v.fallback(sliceScores, [])),
  attacks: v.exactOptional(v.fallback(attackScores, [])),
});

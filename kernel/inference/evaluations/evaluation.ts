/** What an evaluation came to, as a session keeps it. */
import type { Interval } from "#stdlib/statistics/interval.js";
import type { ScoreDifference } from "../measuring/comparison.js";
import type { EvaluationCost } from "./cost.js";
import type { AttackScores, SliceScores } from "../../runs/history/run-scores.js";
import type { EncodedRows } from "../../data/encoding/encoded.js";
import type { PreparedData } from "../../data/prepared.js";

export interface Evaluation {
  readonly model: string;
  readonly on: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** Of 95 %; null: it has none. Absent: none was asked for. */
  readonly intervals?: Readonly<Record<string, Interval | null>>;
  /** Of it less the first on the same rows; absent: it is the first. */
  readonly differences?: Readonly<Record<string, ScoreDifference>>;
  /** What its answers took; absent: of a fold by itself. */
  readonly cost?: EvaluationCost;
  /** Was it worth it: of the first of several on the same rows. */
  readonly verdict?: string;
  /** Of parts of the rows; absent: none were scored. */
  readonly slices?: readonly SliceScores[];
  /** What attacks came to; absent: none were made. */
  readonly attacks?: readonly AttackScores[];
  /** Empty where the task has none. */
  readonly labels: readonly string[];
  /** confusion[truth][predicted], rows (or words); empty where there is none. */
  readonly confusion: readonly (readonly number[])[];
}
/** Rows of one split that are asked together. */
export interface EvaluatedPart {
  readonly prepared: PreparedData;
  readonly split: string;
  readonly rows: EncodedRows;
}

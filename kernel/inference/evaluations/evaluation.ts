/** The result of an evaluation, as stored in a session. */
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
  /** 95 % intervals; null for a metric without one. Absent if not requested. */
  readonly intervals?: Readonly<Record<string, Interval | null>>;
  /** This model minus the first one on the same rows; absent for the first. */
  readonly differences?: Readonly<Record<string, ScoreDifference>>;
  /** Cost of its predictions; absent for a single fold. */
  readonly cost?: EvaluationCost;
  /** Verdict ("worth it") on the first of several on the same rows. */
  readonly verdict?: string;
  readonly slices?: readonly SliceScores[];
  readonly attacks?: readonly AttackScores[];
  /** Empty if the task has no labels. */
  readonly labels: readonly string[];
  /** confusion[truth][predicted], counts of rows (or words); empty if not applicable. */
  readonly confusion: readonly (readonly number[])[];
}
/** Rows of one split that are predicted together. */
export interface EvaluatedPart {
  readonly prepared: PreparedData;
  readonly split: string;
  readonly rows: EncodedRows;
}

/** The result of an evaluation, as stored in a session. */
import type { ConfidenceInterval } from "#stdlib/statistics/interval.js";
import type { ScoreDifference } from "../measuring/comparison.js";
import type { AttackScores, SliceScores } from "../../runs/history/run-scores.js";
import type { EncodedRows } from "../../data/encoding/encoded.js";
import type { PreparedData } from "../../data/prepared.js";

export interface Evaluation {
  readonly model: string;
  readonly on: string;
  readonly rows: number;
  readonly metrics: Readonly<Record<string, number>>;
  /** 95 % intervals; null for a metric without one. Absent if not requested. */
  readonly intervals?: Readonly<Record<string, ConfidenceInterval | null>>;
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
export interface EvaluatedSplitRows {
  readonly prepared: PreparedData;
  readonly split: string;
  readonly rows: EncodedRows;
}

/** Cost of predictions, reported next to their scores. */
export interface EvaluationCost {
  /** Seconds of the training; null if there was none or it is unknown. */
  readonly training: number | null;
  /** Seconds of all predictions, after the model was opened and warmed up. */
  readonly asking: number;
  /** Tokens read and generated; null if there are none. */
  readonly tokens: number | null;
  /** Bytes of its weights in files, or of their equivalent; null if unknown. */
  readonly bytes: number | null;
  /** Bytes of memory during inference; null if unknown or not requested. */
  readonly heldBytes: number | null;
}
/** Sums the costs of parts predicted in sequence, without the trainings. */
export function sumCosts(costs: readonly EvaluationCost[]): EvaluationCost {
  const sum = (valueOf: (cost: EvaluationCost) => number | null): number | null =>
    costs.reduce<number | null>((all, cost) => {
      const value = valueOf(cost);
      return all === null || value === null ? null : all + value;
    }, 0);
  const bytes = costs.flatMap((cost) => cost.bytes ?? []);
  const heldBytes = costs.flatMap((cost) => cost.heldBytes ?? []);
  return {
    training: null,
    asking: sum(({ asking }) => asking) ?? 0,
    tokens: sum(({ tokens }) => tokens),
    bytes: bytes.length < costs.length ? null : Math.max(...bytes),
    heldBytes: heldBytes.length < costs.length ? null : Math.max(...heldBytes),
  };
}

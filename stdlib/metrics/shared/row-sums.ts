/**
 * Scores from sums over rows: the contribution of each row is computed once, on first use; any draw of rows then needs
 * only additions.
 */
import type { MetricImplementation, ResampleScorer, GeneratedTextMetricInput } from "../kind.js";
import type { Call } from "#dsl/language/types/value.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { CooperativeYield } from "./cooperative-yield.js";

export interface RowSums {
  readonly rows: number;
  /** Numbers per row. */
  readonly width: number;
  /** Shape [rows × width], row-major. */
  readonly values: Float64Array;
  /** Returns the score from the sums over that many rows. */
  scoreOf(sums: Float64Array, rows: number): number;
  /** Computes the missing rows one by one; stops if `breathing` throws. */
  filled(breathing: CooperativeYield): Promise<void>;
}

export function rowSumsOf(
  rows: number,
  width: number,
  valuesOf: (row: number) => readonly number[],
  scoreOf: RowSums["scoreOf"],
): RowSums {
  return sumsOver(rows, width, (values, row) => values.set(valuesOf(row), row * width), scoreOf);
}

/** Averages one number per row; NaN without rows. */
export function rowMeansOf(rows: number, valueOf: (row: number) => number): RowSums {
  const set = (values: Float64Array, row: number): void => void (values[row] = valueOf(row));
  return sumsOver(rows, 1, set, (sums, count) => sums[0]! / count);
}

function sumsOver(
  rows: number,
  width: number,
  set: (values: Float64Array, row: number) => void,
  scoreOf: RowSums["scoreOf"],
): RowSums {
  const values = new Float64Array(rows * width);
  let known = 0;
  return {
    rows,
    width,
    scoreOf,
    get values() {
      while (known < rows) set(values, known++);
      return values;
    },
    async filled(breathing) {
      while (known < rows) {
        set(values, known++);
        const turn = breathing();
        if (turn) await turn;
      }
    },
  };
}

export function scoreOfAllRows({ rows, width, values, scoreOf }: RowSums): number {
  const sums = new Float64Array(width);
  for (let index = 0; index < values.length; index++) sums[index % width]! += values[index]!;
  return scoreOf(sums, rows);
}

export function rowSumsSampler({ width, values, scoreOf }: RowSums): ResampleScorer {
  return (drawn) => {
    const sums = new Float64Array(width);
    for (const row of drawn) for (let k = 0, index = row * width; k < width; k++, index++) sums[k]! += values[index]!;
    return scoreOf(sums, drawn.length);
  };
}

/** Builds a metric of generated texts from sums over rows, which are computed once for all uses. */
export function writtenSumsMetric(
  sumsOf: (call: Call, input: GeneratedTextMetricInput) => RowSums,
): Required<Pick<MetricImplementation, "ofWritten" | "samplers" | "ahead">> {
  const cache = new WeakMap<GeneratedTextMetricInput, Map<string, RowSums>>();
  const once = (call: Call, input: GeneratedTextMetricInput): RowSums => {
    const byCall = cache.get(input) ?? new Map<string, RowSums>();
    cache.set(input, byCall);
    const key = hashOf(call.arguments);
    const known = byCall.get(key) ?? sumsOf(call, input);
    byCall.set(key, known);
    return known;
  };
  return {
    ofWritten: (call, input) => scoreOfAllRows(once(call, input)),
    samplers: { ofWritten: (call, input) => rowSumsSampler(once(call, input)) },
    ahead: { ofWritten: (call, input, breathing) => once(call, input).filled(breathing) },
  };
}

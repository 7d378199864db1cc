/**
 * Scores that follow from sums over rows: what each row adds is worked out once, when somebody first asks, then any draw of rows
 * costs additions alone.
 */
import type { MetricImplementation, Sampler, WrittenMetricInput } from "../kind.js";
import type { Call } from "#dsl/language/types/value.js";
import { hashOf } from "#dsl/compiler/plan/hash.js";
import type { Breathing } from "./cooperative-yield.js";

export interface RowSums {
  readonly rows: number;
  /** Numbers that each row adds. */
  readonly width: number;
  /** rows × width, row-major. */
  readonly values: Float64Array;
  /** The score, from the sums over that many rows. */
  of(sums: Float64Array, rows: number): number;
  /** Works out what is not yet known, row by row; stops where `breathing` throws. */
  filled(breathing: Breathing): Promise<void>;
}

export function rowSums(
  rows: number,
  width: number,
  valuesOf: (row: number) => readonly number[],
  of: RowSums["of"],
): RowSums {
  return sumsOver(rows, width, (values, row) => values.set(valuesOf(row), row * width), of);
}

/** The mean of one number of each row; NaN on no rows. */
export function rowMeans(rows: number, valueOf: (row: number) => number): RowSums {
  const set = (values: Float64Array, row: number): void => void (values[row] = valueOf(row));
  return sumsOver(rows, 1, set, (sums, count) => sums[0]! / count);
}

function sumsOver(
  rows: number,
  width: number,
  set: (values: Float64Array, row: number) => void,
  of: RowSums["of"],
): RowSums {
  const values = new Float64Array(rows * width);
  let known = 0;
  return {
    rows,
    width,
    of,
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

export function whole({ rows, width, values, of }: RowSums): number {
  const sums = new Float64Array(width);
  for (let at = 0; at < values.length; at++) sums[at % width]! += values[at]!;
  return of(sums, rows);
}

export function drawnFrom({ width, values, of }: RowSums): Sampler {
  return (drawn) => {
    const sums = new Float64Array(width);
    for (const row of drawn) for (let k = 0, at = row * width; k < width; k++, at++) sums[k]! += values[at]!;
    return of(sums, drawn.length);
  };
}

/** A metric of written texts that follows from sums over their rows, which are worked out once however it is asked. */
export function writtenSums(
  sumsOf: (call: Call, input: WrittenMetricInput) => RowSums,
): Required<Pick<MetricImplementation, "ofWritten" | "samplers" | "ahead">> {
  const kept = new WeakMap<WrittenMetricInput, Map<string, RowSums>>();
  const once = (call: Call, input: WrittenMetricInput): RowSums => {
    const own = kept.get(input) ?? new Map<string, RowSums>();
    kept.set(input, own);
    const key = hashOf(call.arguments);
    const known = own.get(key) ?? sumsOf(call, input);
    own.set(key, known);
    return known;
  };
  return {
    ofWritten: (call, input) => whole(once(call, input)),
    samplers: { ofWritten: (call, input) => drawnFrom(once(call, input)) },
    ahead: { ofWritten: (call, input, breathing) => once(call, input).filled(breathing) },
  };
}

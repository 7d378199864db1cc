/** Slicing: splits scored rows into slices, each with its own scores. */
import type { Call } from "#dsl/language/types/value.js";

/** The rows to slice, numbered from 0. */
export interface TextsToSlice {
  readonly count: number;
  text(row: number): string;
}
export interface RowPartition {
  /** What the slices are formed by, as a heading: `length in words`. */
  readonly by: string;
  /** Names of the slices; a slice may be empty. */
  readonly names: readonly string[];
  /** Slice number of each row; −1 if it is in none. */
  readonly partOfRow: Int32Array;
  /** Set if the order of the names matters. By default, slices are sorted by their number of rows, largest first. */
  readonly ordered?: true;
  readonly notes: readonly string[];
}
export interface SlicingImplementation {
  /** Returns null if the rows cannot be sliced in this environment. */
  part(call: Call, rows: TextsToSlice): Promise<RowPartition | null>;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    slicing: SlicingImplementation;
  }
}

/** What parts rows that were scored, so that each part has scores of its own. */
import type { Call } from "#dsl/language/types/value.js";

/** Rows that are parted, from 0. */
export interface SlicedTexts {
  readonly count: number;
  /** What is read of a row. */
  text(row: number): string;
}
export interface RowPartition {
  /** What parts them, as a heading has it: `length in words`. */
  readonly by: string;
  /** Of the parts; none of them need have a row. */
  readonly names: readonly string[];
  /** Of each row the number of its part; −1: it is in none. */
  readonly partOfRow: Int32Array;
  /** The names stand in an order of their own; absent: the part of most rows comes first. */
  readonly ordered?: true;
  readonly notes: readonly string[];
}
export interface SlicingImplementation {
  /** Null: nothing here tells the rows apart. */
  part(call: Call, rows: SlicedTexts): Promise<RowPartition | null>;
}

declare module "#dsl/language/types/registry.js" {
  interface Implementations {
    slicing: SlicingImplementation;
  }
}

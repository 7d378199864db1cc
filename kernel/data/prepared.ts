/**
 * Result of `prepare` for a data plan: tables by split, ready for the tokenizer, and the facts for checker and preview.
 */
import type { ColumnTable } from "arquero";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { AnnotatedRows } from "./annotations/overlay.js";
import type { StreamedRows } from "./rows/streamed-rows.js";

/** Returns the names of the splits, whether in memory or streamed. */
export function splitNamesOf(prepared: PreparedData): readonly string[] {
  return Object.keys(prepared.streamed ?? prepared.splits);
}

export function trainingSplitName(prepared: PreparedData): string {
  return splitNamesOf(prepared).includes("train") ? "train" : "all";
}

export interface PreparedData {
  readonly name: string;
  /**
   * Maps each split to its rows, in the source's order. Columns are roles (`text`, `text_pair`, `label`, `group`, …)
   * and `$row`, the row's number in its source from 1. `text` and `text_pair` are strings, `label` is one of `labels`.
   * Data without splits have a single one, `all`.
   */
  readonly splits: Readonly<Record<string, ColumnTable>>;
  /** Streamed data, in place of tables: `splits` is empty then. */
  readonly streamed?: Readonly<Record<string, StreamedRows>>;
  /** In the model's numbering; empty if the data have no `label` role. */
  readonly labels: readonly string[];
  readonly facts: DataFacts;
  /** The first rows kept, as shown in a preview. */
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** For plans with annotations: every row that can be annotated, with its decisions. */
  readonly annotated?: AnnotatedRows;
}

/** What `prepare` makes of a data plan: tables by split, ready for tokens, and the facts that checker and preview read. */
import type { ColumnTable } from "arquero";
import type { DataFacts } from "#dsl/language/types/facts.js";
import type { AnnotatedRows } from "./annotations/overlay.js";
import type { StreamedRows } from "./rows/streamed-rows.js";

/** Names of the splits, whether they are tables or streamed. */
export function splitNamesOf(prepared: PreparedData): readonly string[] {
  return Object.keys(prepared.streamed ?? prepared.splits);
}

/** The split that is trained on. */
export function trainingSplitName(prepared: PreparedData): string {
  return splitNamesOf(prepared).includes("train") ? "train" : "all";
}

export interface PreparedData {
  readonly name: string;
  /**
   * Split name to its rows, in the source's order. Columns are roles (`text`, `text_pair`, `label`, `group`, …) and `$row`,
   * the row's number in its source from 1. `text` and `text_pair` are strings, `label` is one of `labels`. Without a split there is one, `all`.
   */
  readonly splits: Readonly<Record<string, ColumnTable>>;
  /** Of data that are streamed, in place of tables: `splits` is empty then. */
  readonly streamed?: Readonly<Record<string, StreamedRows>>;
  /** In the order in which the model numbers them; empty when the data has no `label` role. */
  readonly labels: readonly string[];
  readonly facts: DataFacts;
  /** The first rows kept, as shown in a preview. */
  readonly sample: readonly Readonly<Record<string, unknown>>[];
  /** Of a plan with annotations: every row that can be asked about, and what stands of it. */
  readonly annotated?: AnnotatedRows;
}

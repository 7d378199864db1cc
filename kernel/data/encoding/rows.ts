/** Rows as a model sees them, and what decides how texts become such rows. */
import type { Call } from "#dsl/language/types/value.js";
import type { PredictedRows, TaskImplementation } from "#stdlib/tasks/kind.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { ModelInputRows } from "../rows/loader.js";
import type { TokenRows } from "../sequences/token-rows.js";
import type { ChatEncoding } from "./chat.js";

/** An input of a prediction: a text, or two that belong together (a question and its context among them). */
export type PredictionInput = string | readonly [string, string];

export interface EncodedRows extends ModelInputRows {
  /** Texts (or questions), which are rows too unless longer ones became windows. */
  readonly count: number;
  /** The text of row `row` (from 0), for pictures. */
  text(row: number): string;
  /** Row numbers in the source, from 1. */
  readonly rows: Int32Array;
  /** As a task reads what the model says of them. */
  readonly taskInputs: PredictedRows;
  /** Where the texts of a row are read each by itself: each of them once, and which of them is text k · n + r; made for scores. */
  apart?(): { readonly texts: EncodedInputs; readonly textIndices: Int32Array };
}
/** What decides how texts become rows. */
export interface RowEncoding {
  readonly tokenizer: Tokenizer;
  readonly maxLength: number;
  readonly task: { readonly call: Call; readonly implementation: TaskImplementation };
  /** Whether the model tells apart the two texts of a pair by token types. */
  readonly types: boolean;
  /** The model's own labels, by name. */
  readonly labels: readonly string[];
  /** Token that ends a text (config's `eos_token_id`), learnt by windows; null: there is none. */
  readonly end: number | null;
  /** The model's name, for errors. */
  readonly model: string;
  /** How conversations are written; null: rows are texts. */
  readonly chat: ChatEncoding | null;
  /** Of tasks that make a text of a text: what stands before every input, and the token a decoder begins with. */
  readonly pairs?: { readonly prefix: string; readonly start: number };
}
/** Rows that were not taught: what `predict` is asked about. */
export interface EncodedInputs {
  readonly ids: TokenRows;
  readonly lengths: Int32Array;
  /** How long the rows would be, had they not been cut; absent: none is. */
  readonly whole?: Int32Array;
  readonly types?: TokenRows;
  readonly taskInputs: PredictedRows;
}

/** Rows as fed to a model, and the options that determine how texts become such rows. */
import type { Call } from "#dsl/language/types/value.js";
import type { PredictedRows, TaskImplementation } from "#stdlib/tasks/kind.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { ModelInputRows } from "../rows/loader.js";
import type { TokenRows } from "../sequences/token-rows.js";
import type { ChatEncodingOptions } from "./chat.js";

/** An input of a prediction: a text or a pair of texts (including question and context). */
export type PredictionInput = string | readonly [string, string];

export interface EncodedRows extends ModelInputRows {
  /** Number of texts or questions. It equals the number of rows, unless long texts became several windows. */
  readonly count: number;
  /** Returns the text of row `row` (from 0), for display. */
  text(row: number): string;
  /** Row numbers in the source, from 1. */
  readonly rows: Int32Array;
  /** Rows as passed to the task with a model's outputs. */
  readonly taskInputs: PredictedRows;
  /**
   * For pair encoding: the distinct texts, and the index among them of each text k · n + r. Computed for scores only.
   */
  apart?(): { readonly texts: EncodedInputs; readonly textIndices: Int32Array };
}
/** Options that determine how texts become rows. */
export interface RowEncodingOptions {
  readonly tokenizer: Tokenizer;
  readonly maxLength: number;
  readonly task: { readonly call: Call; readonly implementation: TaskImplementation };
  /** Whether the model distinguishes the two texts of a pair by token types. */
  readonly types: boolean;
  /** The model's labels, by name. */
  readonly labels: readonly string[];
  /** Token that ends a text (`eos_token_id` of the config), a training target in windows; null: there is none. */
  readonly end: number | null;
  /** The model's name, for errors. */
  readonly model: string;
  /** Encoding of conversations; null: rows are texts. */
  readonly chat: ChatEncodingOptions | null;
  /** For text-to-text tasks: the prefix of every input, and the decoder's first token. */
  readonly pairs?: { readonly prefix: string; readonly start: number };
}
/** Rows without targets, as for `predict`. */
export interface EncodedInputs {
  readonly ids: TokenRows;
  readonly lengths: Int32Array;
  /** Lengths of the rows before truncation. Absent if none was truncated. */
  readonly whole?: Int32Array;
  readonly types?: TokenRows;
  readonly taskInputs: PredictedRows;
}

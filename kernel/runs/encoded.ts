/**
 * The rows of one split as the model sees them: token ids and what they teach. A task that labels texts cuts each at
 * `max_length`; a task that learns each next token makes windows of longer ones. Kept per prepared data.
 */
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/check/codes.js";
import type { Supervision } from "#stdlib/kinds.js";
import type { FedRows } from "../data/feeding.js";
import type { Prepared } from "../data/prepare.js";
import { TextsInMemory, type TokenRows } from "../data/token-rows.js";
import { tokensOf } from "../data/tokens.js";
import { Windows } from "../data/windows.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import "./codes.js";

export interface Encoded extends FedRows {
  readonly texts: readonly string[];
  /** Row numbers in the source, from 1. */
  readonly rows: Int32Array;
}
/** What decides how texts become rows. */
export interface Encoding {
  readonly tokenizer: Tokenizer;
  readonly maxLength: number;
  readonly supervision: Supervision;
  /** The model's own labels, by name. */
  readonly labels: readonly string[];
  /** Token that ends a text (config's `eos_token_id`), learnt by `next_token`; null: there is none. */
  readonly end: number | null;
  /** The model's name, for errors. */
  readonly model: string;
}

export async function encodeTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  maxLength: number,
): Promise<{ readonly ids: TokenRows; readonly lengths: Int32Array }> {
  const ids = await tokenizer.encode(texts, maxLength);
  return { ids, lengths: Int32Array.from(ids, (row) => row.length) };
}

const kept = new WeakMap<ColumnTable, Map<string, Promise<Encoded>>>();

/** Coded errors: `split-missing`, `no-rows`, and `label-not-trained` for a label that the model never learned. */
export function encodeSplit(prepared: Prepared, name: { readonly data: string; readonly split: string }, encoding: Encoding): Promise<Encoded> {
  const table = prepared.splits[name.split];
  if (!table) throw new CodedError("split-missing", { ...name, has: Object.keys(prepared.splits) });
  if (table.numRows() === 0) throw new CodedError("no-rows", name);
  const { tokenizer, maxLength, supervision, labels, end } = encoding;
  const key = JSON.stringify([tokenizer.hash, maxLength, supervision, labels, end]);
  const byKey = kept.get(table) ?? new Map<string, Promise<Encoded>>();
  kept.set(table, byKey);
  const known = byKey.get(key);
  if (known) return known;
  const made = encodeTable(table, name, encoding);
  byKey.set(key, made);
  made.catch(() => byKey.delete(key));
  return made;
}

async function encodeTable(table: ColumnTable, name: { readonly data: string; readonly split: string }, e: Encoding): Promise<Encoded> {
  const texts = Array.from(table.array("text") as Iterable<unknown>, String);
  const rows = Int32Array.from(table.array("$row") as ArrayLike<number>);
  const tokens = await tokensOf(table, e.tokenizer);
  if (e.supervision === "next_token") {
    const windows = new Windows(new TextsInMemory(tokens), e.maxLength, endOf(e));
    if (windows.length === 0) throw new CodedError("no-rows", name);
    return { ids: windows, lengths: windows.lengths, labels: null, texts, rows };
  }
  const ids = tokens.map((row) => e.tokenizer.cut(row, e.maxLength));
  const labels = table.columnNames().includes("label") ? numbersOf(table.array("label") as ArrayLike<unknown>, e) : null;
  return { ids, lengths: Int32Array.from(ids, (row) => row.length), labels, texts, rows };
}

/** The end token, unless the tokenizer itself puts it after every text. */
export function endOf({ end, tokenizer }: Pick<Encoding, "end" | "tokenizer">): number | null {
  return end === tokenizer.frame.after.at(-1) ? null : end;
}

export function numbersOf(values: ArrayLike<unknown>, { labels, model }: Pick<Encoding, "labels" | "model">): Int32Array {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  return Int32Array.from(values, (value) => {
    const number = numbers.get(String(value));
    if (number === undefined) throw new CodedError("label-not-trained", { label: String(value), model, has: labels });
    return number;
  });
}

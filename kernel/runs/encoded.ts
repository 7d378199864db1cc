/** The rows of one split as the model sees them: token ids, cut to length, and label numbers; kept per prepared data. */
import type { ColumnTable } from "arquero";
import { CodedError } from "#dsl/check/codes.js";
import type { Prepared } from "../data/prepare.js";
import { tokensOf } from "../data/tokens.js";
import type { Tokenizer } from "../bases/tokenizer.js";
import "./codes.js";

export interface Encoded {
  readonly ids: readonly Int32Array[];
  readonly lengths: Int32Array;
  /** Label numbers in the order of `labels`; absent when the rows carry none. */
  readonly labels: Int32Array | null;
  readonly texts: readonly string[];
  /** Row numbers in the source, from 1. */
  readonly rows: Int32Array;
}

export async function encodeTexts(texts: readonly string[], tokenizer: Tokenizer, maxLength: number): Promise<Pick<Encoded, "ids" | "lengths">> {
  const ids = await tokenizer.encode(texts, maxLength);
  return { ids, lengths: Int32Array.from(ids, (row) => row.length) };
}

const kept = new WeakMap<ColumnTable, Map<string, Promise<Encoded>>>();

/** `labels`: the model's own, by name; a label that it never learned is the coded error `label-not-trained`. */
export function encodeSplit(
  prepared: Prepared,
  name: { readonly data: string; readonly split: string },
  tokenizer: Tokenizer,
  maxLength: number,
  model: { readonly name: string; readonly labels: readonly string[] },
): Promise<Encoded> {
  const table = prepared.splits[name.split];
  if (!table) throw new CodedError("split-missing", { ...name, has: Object.keys(prepared.splits) });
  if (table.numRows() === 0) throw new CodedError("no-rows", name);
  const key = `${tokenizer.hash} ${maxLength} ${JSON.stringify(model.labels)}`;
  const byKey = kept.get(table) ?? new Map<string, Promise<Encoded>>();
  kept.set(table, byKey);
  const known = byKey.get(key);
  if (known) return known;
  const made = encodeTable(table, tokenizer, maxLength, model);
  byKey.set(key, made);
  made.catch(() => byKey.delete(key));
  return made;
}

async function encodeTable(table: ColumnTable, tokenizer: Tokenizer, maxLength: number, model: { readonly name: string; readonly labels: readonly string[] }): Promise<Encoded> {
  const texts = Array.from(table.array("text") as Iterable<unknown>, String);
  const numbers = new Map(model.labels.map((label, i) => [label, i]));
  const labels = table.columnNames().includes("label")
    ? Int32Array.from(table.array("label") as ArrayLike<unknown>, (value) => {
        const number = numbers.get(String(value));
        if (number === undefined) throw new CodedError("label-not-trained", { label: String(value), model: model.name, has: model.labels });
        return number;
      })
    : null;
  const rows = Int32Array.from(table.array("$row") as ArrayLike<number>);
  const ids = (await tokensOf(table, tokenizer)).map((row) => tokenizer.cut(row, maxLength));
  return { ids, lengths: Int32Array.from(ids, (row) => row.length), labels, texts, rows };
}

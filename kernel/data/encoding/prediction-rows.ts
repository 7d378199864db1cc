/**
 * Builds prediction rows from the tokens of complete texts, in memory or on disk: truncated to the model's maximum
 * length.
 */
import type { PredictedRows } from "#stdlib/tasks/kind.js";
import {
  TruncatedTexts,
  tokensAt,
  type ContextWindowRows,
  type TokenRows,
  type TokenizedTexts,
  type JoinedWordTexts,
} from "../sequences/token-rows.js";
import type { ContextWindowSize } from "../sequences/tokens.js";
import type { RowEncodingOptions, EncodedInputs } from "./rows.js";

type Asking = Pick<RowEncodingOptions, "labels" | "tokenizer" | "task">;
export type TruncationOptions = Asking & Pick<RowEncodingOptions, "maxLength" | "types">;

export function taskInputsOf(
  ids: TokenRows,
  { labels, tokenizer, task }: Asking,
  more: Pick<PredictedRows, "words" | "window"> = {},
): PredictedRows {
  return { count: ids.length, ids: (row) => tokensAt(ids, row), labels, tokenizer, call: task.call, ...more };
}

export function truncateTexts(texts: TokenizedTexts, e: TruncationOptions): EncodedInputs {
  const fed = cut(texts, e);
  return { ...fed, taskInputs: taskInputsOf(fed.ids, e) };
}

/** A word is included if its first piece is. */
export function truncateWords(texts: JoinedWordTexts, e: TruncationOptions): EncodedInputs {
  const fed = cut(texts, e);
  const words = (row: number): ReturnType<NonNullable<PredictedRows["words"]>> => {
    const starts = texts.starts(row);
    const end = fed.lengths[row]! - e.tokenizer.frame.after.length;
    if ((starts.at(-1) ?? -1) < end) return { starts, cut: 0 };
    const fittingStarts = starts.filter((start) => start < end);
    return { starts: fittingStarts, cut: starts.length - fittingStarts.length };
  };
  return { ...fed, taskInputs: taskInputsOf(fed.ids, e, { words }) };
}

/** Truncates both texts of a row together when it is read. */
export function truncatePairs(first: TokenizedTexts, second: TokenizedTexts, e: TruncationOptions): EncodedInputs {
  const { tokenizer, maxLength, types } = e;
  const pairAt = (row: number) => tokenizer.pair(tokensAt(first, row), tokensAt(second, row), maxLength);
  const rows = (tokensOf: "ids" | "types"): TokenRows => ({ length: first.length, at: (row) => pairAt(row)[tokensOf] });
  const { before, after } = tokenizer.frame;
  const extra = tokenizer.pairFrame - 2 * (before.length + after.length);
  const most = Math.max(maxLength, tokenizer.pairFrame);
  const whole = first.lengths.map((length, row) => length + second.lengths[row]! + extra);
  const ids = rows("ids");
  return {
    ids,
    lengths: whole.map((length) => Math.min(length, most)),
    whole,
    taskInputs: taskInputsOf(ids, e),
    ...(types && { types: rows("types") }),
  };
}

/** Each window becomes a row fed to the model; each question gets one answer. */
export function encodeContextWindows(rows: ContextWindowRows, e: TruncationOptions): EncodedInputs {
  const { ids, types, lengths } = rows;
  const taskInputs = taskInputsOf(ids, e, { window: (row) => rows.window(row) });
  return { ids, lengths, taskInputs, ...(e.types && { types }) };
}

export function contextWindowSize({
  maxLength,
  task,
}: Pick<RowEncodingOptions, "maxLength" | "task">): ContextWindowSize {
  return { length: maxLength, overlap: task.implementation.supervision.overlap?.(task.call) ?? 0 };
}

function cut(
  texts: TokenizedTexts,
  { tokenizer, maxLength }: TruncationOptions,
): Pick<EncodedInputs, "ids" | "lengths" | "whole"> {
  const most = Math.max(maxLength, tokenizer.frame.before.length + tokenizer.frame.after.length);
  const ids = new TruncatedTexts(texts, (row) => tokenizer.cut(row, maxLength));
  return { ids, lengths: texts.lengths.map((length) => Math.min(length, most)), whole: texts.lengths };
}

/** Tokens of whole texts as rows that a model is asked about: cut to the length that it reads, wherever they lie. */
import type { AskedRows } from "#stdlib/tasks/kind.js";
import {
  CutTexts,
  tokensAt,
  type ContextRows,
  type TokenRows,
  type TokenTexts,
  type WordTexts,
} from "../sequences/token-rows.js";
import type { ContextCut } from "../sequences/tokens.js";
import type { Encoding, Unseen } from "./rows.js";

type Asking = Pick<Encoding, "labels" | "tokenizer" | "task">;
export type Cutting = Asking & Pick<Encoding, "maxLength" | "types">;

export function askedOf(
  ids: TokenRows,
  { labels, tokenizer, task }: Asking,
  more: Pick<AskedRows, "words" | "window"> = {},
): AskedRows {
  return { count: ids.length, ids: (row) => tokensAt(ids, row), labels, tokenizer, call: task.call, ...more };
}

export function textsCut(texts: TokenTexts, e: Cutting): Unseen {
  const fed = cut(texts, e);
  return { ...fed, asked: askedOf(fed.ids, e) };
}

/** A word is there when its first piece is. */
export function wordsCut(texts: WordTexts, e: Cutting): Unseen {
  const fed = cut(texts, e);
  const words = (row: number): ReturnType<NonNullable<AskedRows["words"]>> => {
    const starts = texts.starts(row);
    const end = fed.lengths[row]! - e.tokenizer.frame.after.length;
    if ((starts.at(-1) ?? -1) < end) return { starts, cut: 0 };
    const kept = starts.filter((start) => start < end);
    return { starts: kept, cut: starts.length - kept.length };
  };
  return { ...fed, asked: askedOf(fed.ids, e, { words }) };
}

/** Both texts of a row are cut together, as it is read. */
export function pairsCut(first: TokenTexts, second: TokenTexts, e: Cutting): Unseen {
  const { tokenizer, maxLength, types } = e;
  const pairAt = (row: number) => tokenizer.pair(tokensAt(first, row), tokensAt(second, row), maxLength);
  const rows = (of: "ids" | "types"): TokenRows => ({ length: first.length, at: (row) => pairAt(row)[of] });
  const { before, after } = tokenizer.frame;
  const extra = tokenizer.pairFrame - 2 * (before.length + after.length);
  const most = Math.max(maxLength, tokenizer.pairFrame);
  const whole = first.lengths.map((length, row) => length + second.lengths[row]! + extra);
  const ids = rows("ids");
  return {
    ids,
    lengths: whole.map((length) => Math.min(length, most)),
    whole,
    asked: askedOf(ids, e),
    ...(types && { types: rows("types") }),
  };
}

/** Every window is a row that is fed, every question one that is answered. */
export function contextsCut(rows: ContextRows, e: Cutting): Unseen {
  const { ids, types, lengths } = rows;
  const asked = askedOf(ids, e, { window: (row) => rows.window(row) });
  return { ids, lengths, asked, ...(e.types && { types }) };
}

export function contextCut({ maxLength, task }: Pick<Encoding, "maxLength" | "task">): ContextCut {
  return { length: maxLength, overlap: task.implementation.supervision.overlap?.(task.call) ?? 0 };
}

function cut(texts: TokenTexts, { tokenizer, maxLength }: Cutting): Pick<Unseen, "ids" | "lengths" | "whole"> {
  const most = Math.max(maxLength, tokenizer.frame.before.length + tokenizer.frame.after.length);
  const ids = new CutTexts(texts, (row) => tokenizer.cut(row, maxLength));
  return { ids, lengths: texts.lengths.map((length) => Math.min(length, most)), whole: texts.lengths };
}

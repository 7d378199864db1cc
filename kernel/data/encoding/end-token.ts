/** The token that ends a text. */
import { TruncatedTexts, type TokenRows, type TokenizedTexts } from "../sequences/token-rows.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { RowEncodingOptions } from "./rows.js";

/** Truncates texts so that the end token fits, and appends it to each. */
export function appendEndTokens(
  texts: TokenizedTexts,
  e: Pick<RowEncodingOptions, "maxLength" | "end"> & { readonly tokenizer: Pick<Tokenizer, "frame" | "cut"> },
): { readonly ids: TokenRows; readonly lengths: Int32Array } {
  const end = endTokenToAppend(e);
  const { before, after } = e.tokenizer.frame;
  const most = Math.max(e.maxLength - (end === null ? 0 : 1), before.length + after.length);
  const cut = (ids: Int32Array): Int32Array => {
    const cutIds = e.tokenizer.cut(ids, most);
    return end === null ? cutIds : Int32Array.of(...cutIds, end);
  };
  const lengths = texts.lengths.map((length) => Math.min(length, most) + (end === null ? 0 : 1));
  return { ids: new TruncatedTexts(texts, cut), lengths };
}

/** Returns the end token to append; null if there is none or the tokenizer adds it to every text itself. */
export function endTokenToAppend({
  end,
  tokenizer,
}: Pick<RowEncodingOptions, "end"> & { readonly tokenizer: Pick<Tokenizer, "frame"> }): number | null {
  return end === tokenizer.frame.after.at(-1) ? null : end;
}

/** The token that ends a text. */
import { TruncatedTexts, type TokenRows, type TokenTexts } from "../sequences/token-rows.js";
import type { Tokenizer } from "../../bases/tokenizer.js";
import type { RowEncoding } from "./rows.js";

/** Texts cut to the length that is left, each with the token that ends it. */
export function appendEndTokens(
  texts: TokenTexts,
  e: Pick<RowEncoding, "maxLength" | "end"> & { readonly tokenizer: Pick<Tokenizer, "frame" | "cut"> },
): { readonly ids: TokenRows; readonly lengths: Int32Array } {
  const end = appendedEndToken(e);
  const { before, after } = e.tokenizer.frame;
  const most = Math.max(e.maxLength - (end === null ? 0 : 1), before.length + after.length);
  const cut = (ids: Int32Array): Int32Array => {
    const cutIds = e.tokenizer.cut(ids, most);
    return end === null ? cutIds : Int32Array.of(...cutIds, end);
  };
  const lengths = texts.lengths.map((length) => Math.min(length, most) + (end === null ? 0 : 1));
  return { ids: new TruncatedTexts(texts, cut), lengths };
}

/** The end token. Null: there is none, or the tokenizer itself puts it after every text. */
export function appendedEndToken({
  end,
  tokenizer,
}: Pick<RowEncoding, "end"> & { readonly tokenizer: Pick<Tokenizer, "frame"> }): number | null {
  return end === tokenizer.frame.after.at(-1) ? null : end;
}
